#include "vm/ir/builder.h"

#include <algorithm>

#include "vm/base/check.h"
#include "vm/ir/simplify.h"

namespace vm::ir {
namespace {

Node make_node(Opcode op, Value a = {}, Value b = {}) {
    Node node;
    node.op = op;
    node.operands = {a, b};
    return node;
}

MemKind unsigned_kind(MemKind kind) { return static_cast<MemKind>(static_cast<unsigned>(kind) & ~1u); }

}  // namespace

Value Builder::get(SlotIndex slot) {
    if (current_.size() <= slot) current_.resize(block_.slots().size());
    Value& known = current_[slot];
    if (known.is_none()) {
        Node node = make_node(Opcode::get);
        node.type = block_.slots()[slot].type;
        node.imm = slot;
        known = block_.append(node);
    }
    return known;
}

void Builder::set(SlotIndex slot, Value value) {
    if (current_.size() <= slot) current_.resize(block_.slots().size());
    current_[slot] = value;
    block_.writes().push_back({slot, Form::whole, value});
}

void Builder::instruction(Point point) {
    before_ = {point.pc, first_, static_cast<std::uint32_t>(block_.writes().size()), point.retired};
}

Value Builder::operation(Opcode op, Value a, Value b, Value c) {
    Node node = make_node(op, a, b);
    node.operands[2] = c;
    return emit_canonical(node);
}

Value Builder::extend_part(Opcode op, Value a) {
    Node node = make_node(op, a);
    node.type = block_.type(a);
    return emit(block_, node);
}

Value Builder::emit_canonical(Node& node) {
    const bool any_nan = (flags(node.op) & kAnyNan) != 0;
    node.type = result_type(node.op, node.type, [&](std::size_t k) { return block_.type(node.operands[k]); });
    const Value value = emit(block_, node);
    return any_nan ? canon(value) : value;
}

Value Builder::shift_add(Value a, unsigned amount, Value b) {
    VM_CHECK(amount >= 1 and amount <= 3);
    Node node = make_node(Opcode::shift_add, a, b);
    node.imm = amount;
    return emit_canonical(node);
}

Value Builder::extract(Value a, unsigned first, unsigned count) {
    VM_CHECK(count >= 1 and first + count <= width(block_.type(a)));
    Node node = make_node(Opcode::extract, a);
    node.detail = field_detail(first, count);
    return emit_canonical(node);
}

Value Builder::select(Condition relation, Value a, Value b, Value yes, Value no) {
    Node node = make_node(Opcode::select);
    node.detail = condition_detail(relation);
    node.operands = {a, b, yes, no};
    return emit_canonical(node);
}

Value Builder::select(Value condition, Value yes, Value no) {
    return select(Condition::ne, condition, i64(0), yes, no);
}

Value Builder::rounded(Opcode op, Rounding mode, Value a, Value b, Value c) {
    VM_CHECK(info(op).layout == Layout::rounded);
    Node node = make_node(op, a, b);
    node.operands[2] = c;
    node.detail = plain_detail(mode);
    return emit_canonical(node);
}

Value Builder::convert(Opcode op, Type to, Rounding mode, Value a) {
    VM_CHECK(info(op).layout == Layout::rounded);
    Node node = make_node(op, a);
    node.type = to;
    node.detail = plain_detail(mode);
    return emit_canonical(node);
}

Value Builder::load(MemKind kind, Value address, std::int64_t offset, Reach met) {
    Node node = make_node(Opcode::load, address);
    node.type = Type::i64;
    node.detail = access_detail(kind, met);
    node.frame = block_.frame(before_);
    node.imm = static_cast<std::uint64_t>(offset);
    return emit(block_, node);
}

Value Builder::load_float(Type type, Value address, std::int64_t offset, Reach met) {
    Node node = make_node(Opcode::load, address);
    node.type = type;
    node.detail = access_detail(type == Type::f64 ? MemKind::u64 : MemKind::u32, met);
    node.frame = block_.frame(before_);
    node.imm = static_cast<std::uint64_t>(offset);
    return emit(block_, node);
}

void Builder::store(MemKind kind, Value address, std::int64_t offset, Value value, Reach met) {
    const bool whole = kind == MemKind::u64 or block_.type(value) != Type::i64;
    Node node = make_node(Opcode::store, address, whole ? value : low(value));
    node.detail = access_detail(unsigned_kind(kind), met);
    node.frame = block_.frame(before_);
    node.imm = static_cast<std::uint64_t>(offset);
    emit(block_, node);
}

void Builder::fence(Fence kind) {
    Node node = make_node(Opcode::fence);
    node.detail = plain_detail(kind);
    block_.append(node);
}

Value Builder::call(std::uint32_t helper, Type result, std::uint16_t effects,
                    std::span<const Value> arguments) {
    VM_CHECK(arguments.size() <= kMaxOperands and (effects & ~kEffects) == 0);
    Node node = make_node(Opcode::call);
    node.type = result;
    node.detail = effects;
    node.imm = helper;
    std::copy(arguments.begin(), arguments.end(), node.operands.begin());
    const bool touches_state = (effects & (kReadsState | kWritesState)) != 0;
    VM_CHECK(not touches_state or before_.last == block_.writes().size());
    if (needs_frame(node)) node.frame = block_.frame(before_);
    const Value value = block_.append(node);
    if ((effects & kWritesState) != 0) forget_state();
    return result != Type::none ? value : Value{};
}

void Builder::branch(Condition relation, Value a, Value b, Point target) {
    Node node = make_node(Opcode::branch, a, b);
    node.detail = condition_detail(relation);
    node.frame = frame_now(target);
    emit(block_, node);
}

void Builder::branch(Value condition, Point target) { branch(Condition::ne, condition, i64(0), target); }

void Builder::goto_(Point target, Jump jump, std::uint64_t return_address) {
    Node node = make_node(Opcode::goto_);
    node.detail = plain_detail(jump);
    node.frame = frame_now(target);
    node.imm = return_address;
    block_.append(node);
}

void Builder::goto_value(Value target, Point from, Jump jump, std::uint64_t return_address) {
    Node node = make_node(Opcode::goto_value, target);
    node.detail = plain_detail(jump);
    node.frame = frame_now(from);
    node.imm = return_address;
    block_.append(node);
}

void Builder::leave(Leave kind, Point point) {
    Node node = make_node(Opcode::leave);
    node.detail = condition_detail(Condition{}, kind);
    node.frame = frame_now(point);
    block_.append(node);
}

void Builder::leave(Leave kind) {
    Node node = make_node(Opcode::leave);
    node.detail = condition_detail(Condition{}, kind);
    node.frame = block_.frame(before_);
    block_.append(node);
}

void Builder::leave_if(Condition relation, Value a, Value b, Leave kind) {
    Node node = make_node(Opcode::leave_if, a, b);
    node.detail = condition_detail(relation, kind);
    node.frame = block_.frame(before_);
    emit(block_, node);
}

void Builder::trap(std::uint64_t cause, Value value) {
    Node node = make_node(Opcode::trap, value);
    node.frame = block_.frame(before_);
    node.imm = cause;
    block_.append(node);
}

FrameIndex Builder::frame_now(Point point) {
    return block_.frame(
        {point.pc, first_, static_cast<std::uint32_t>(block_.writes().size()), point.retired});
}

// A helper may have written any slot: what was logged is in the guest's state now, or overwritten there.
void Builder::forget_state() {
    std::fill(current_.begin(), current_.end(), Value{});
    first_ = static_cast<std::uint32_t>(block_.writes().size());
    instruction({before_.pc, before_.retired});
}

}  // namespace vm::ir
