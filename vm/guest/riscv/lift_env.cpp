#include "vm/guest/riscv/lift_env.h"

#include <algorithm>
#include <cstddef>

#include "vm/guest/riscv/hart_slots.h"
#include "vm/guest/riscv/trap_cause.h"

namespace vm::guest::riscv {
namespace {

using semantics::IntType;
using semantics::MemType;

// By the numbers of MemType, FloatBinary and FloatFused.
constexpr std::array kMemKinds = {ir::MemKind::s8,  ir::MemKind::s16, ir::MemKind::s32, ir::MemKind::u8,
                                  ir::MemKind::u16, ir::MemKind::u32, ir::MemKind::u64};
constexpr std::array kBinary = {ir::Opcode::fadd, ir::Opcode::fsub, ir::Opcode::fmul, ir::Opcode::fdiv};
constexpr std::array kFused = {ir::Opcode::fmadd, ir::Opcode::fmsub, ir::Opcode::fnmsub, ir::Opcode::fnmadd};
static_assert(kMemKinds[static_cast<std::size_t>(MemType::u8)] == ir::MemKind::u8 and
              kMemKinds[static_cast<std::size_t>(MemType::u64)] == ir::MemKind::u64 and
              kBinary[static_cast<std::size_t>(semantics::FloatBinary::div)] == ir::Opcode::fdiv and
              kFused[static_cast<std::size_t>(semantics::FloatFused::nmadd)] == ir::Opcode::fnmadd);

// Instructions of loops that traces keep to. Longer ones gain nothing by it, and SHA-256's lost a fifth.
constexpr std::uint32_t kLongestLoop = 24;
// And how many of them such a trace holds, and rounds: what one round leaves in registers that the next one
// overwrites is stored once in so many, and rounds that index arrays share addresses (passes::reassociate).
// 96 instead of 48: hot loops of one array took 0.86, products of matrices 0.91 of the time.
constexpr std::uint32_t kMostUnrolled = 96;
constexpr std::uint32_t kMostRounds = 8;

ir::MemKind mem_kind(MemType type) { return kMemKinds[static_cast<std::size_t>(type)]; }

// The registers that hold return addresses, ra and t0. (Unpriv. 2.5.1, table 3)
constexpr bool is_link(unsigned number) { return number == 1 or number == 5; }

// What comes before and after is in bits 7 to 4 and 3 to 0: device input, device output, reads, writes. Only
// keeping reads behind earlier writes takes a full fence. (Unpriv. 2.7)
ir::Fence fence_kind(std::int32_t sets) {
    constexpr std::int32_t kReads = 0b1010;
    constexpr std::int32_t kWrites = 0b0101;
    const bool after_writes = (sets >> 4 & kWrites) != 0;
    if (after_writes and (sets & kReads) != 0) {
        return ir::Fence::full;
    }
    return after_writes ? ir::Fence::release : ir::Fence::acquire;
}

}  // namespace

void LiftEnv::begin(const Insn& insn, ir::Point here) {
    insn_ = insn;
    here_ = here;
    builder_.instruction(here);
}

ir::SlotIndex LiftEnv::x_index(unsigned number) {
    ir::SlotIndex& index = x_[number];
    if (index == kNoSlot) {
        index = builder_.slot(x_slot(number));
    }
    return index;
}

ir::SlotIndex LiftEnv::f_index(unsigned number) {
    ir::SlotIndex& index = f_[number];
    if (index == kNoSlot) {
        index = builder_.slot(f_slot(number));
    }
    return index;
}

ir::Value LiftEnv::x(unsigned number) {
    return number == 0 ? builder_.i64(0) : builder_.get(x_index(number));
}

void LiftEnv::set_x(unsigned number, Value value) {
    if (number != 0 and not ended()) {
        builder_.set(x_index(number), integer(value));
    }
}

ir::Value LiftEnv::f64(unsigned number) { return builder_.get(f_index(number)); }

ir::Value LiftEnv::f32(unsigned number) {
    Value& single = singles_[number];
    if (single.is_none()) {
        single = builder_.unbox(f64(number));
    }
    return single;
}

void LiftEnv::set_f64(unsigned number, Value value) {
    if (not ended()) {
        const bool is_number = ir::is_float(builder_.block().type(value));
        builder_.set(f_index(number), is_number ? value : builder_.float_(value));
        singles_[number] = {};
    }
}

void LiftEnv::set_f32(unsigned number, Value value) {
    if (not ended()) {
        const bool is_number = ir::is_float(builder_.block().type(value));
        set_f64(number, builder_.box(is_number ? value : builder_.float_(word(value))));
    }
}

ir::Value LiftEnv::integer(Value value) {
    if (not ir::is_float(builder_.block().type(value))) {
        return value;
    }
    if (value != number_) {
        number_ = value;
        bits_of_number_ = builder_.bits(value);
    }
    return bits_of_number_;
}

ir::Value LiftEnv::word(Value value) {
    const Value bits = integer(value);
    return builder_.block().type(bits) == ir::Type::i64 ? builder_.low(bits) : bits;
}

ir::Value LiftEnv::bitwise(Binary operation, Value a, Value b) {
    Value left = integer(a);
    Value right = integer(b);
    if (builder_.block().type(left) != builder_.block().type(right)) {
        left = word(left);
        right = word(right);
    }
    return (builder_.*operation)(left, right);
}

ir::Value LiftEnv::of_words(Binary operation, Value a, Value b) {
    const Value left = word(a);
    const Value right = word(b);
    return (builder_.*operation)(left, right);
}

// A jump that both calls and returns, as between coroutines, counts as a call.
ir::Jump LiftEnv::jump_kind() const {
    if (is_link(insn_.rd)) {
        return ir::Jump::call;
    }
    return is_link(insn_.rs1) ? ir::Jump::return_ : ir::Jump::plain;
}

void LiftEnv::jump_to(Value address) {
    const ir::Jump kind = jump_kind();
    const std::uint64_t return_address = kind == ir::Jump::call ? next_pc(insn_) : 0;
    const std::uint32_t retired = here_.retired + 1;
    if (address.is_constant()) {
        builder_.goto_({builder_.block().bits(address), retired}, kind, return_address);
    } else {
        builder_.goto_value(address, {here_.pc, retired}, kind, return_address);
    }
}

void LiftEnv::branch_to(std::uint64_t target, Value condition) {
    const ir::Point taken{target, here_.retired + 1};
    if (not condition.is_constant()) {
        branched_ = true;
        if (closes_loop(target)) {
            builder_.branch(ir::Condition::eq, condition, builder_.i64(0), {next_pc(insn_), taken.retired});
            return go_round_or_end(taken);
        }
        builder_.branch(condition, taken);
    } else if (not builder_.block().is(condition, 0)) {
        builder_.goto_(taken);
    }
}

bool LiftEnv::closes_loop(std::uint64_t target) const {
    return loop_ and target == loop_->start and (round_ != 0 or here_.retired < kLongestLoop);
}

void LiftEnv::go_round_or_end(ir::Point back) {
    if (round_ == 0) {
        round_ = back.retired;
    }
    const std::uint32_t most = std::min({loop_->most, kMostUnrolled, kMostRounds * round_});
    goes_round_ = back.retired + round_ <= most;
    if (not goes_round_) {
        builder_.goto_(back);
    }
}

ir::Value LiftEnv::load(Value address, MemType type) {
    return builder_.load(mem_kind(type), address, 0, reach_);
}

void LiftEnv::store(Value address, MemType type, Value value) {
    const Value stored = type == MemType::u64 ? value : integer(value);
    builder_.store(mem_kind(type), address, 0, stored, reach_);
}

ir::Value LiftEnv::load_reserved(Value address, MemType type) {
    const Value arguments[] = {address};
    return builder_.call(static_cast<std::uint32_t>(load_reserved_helper(type)), ir::Type::i64,
                         kAtomicEffects, arguments);
}

ir::Value LiftEnv::store_conditional(Value address, MemType type, Value value) {
    const Value arguments[] = {address, value};
    return builder_.call(static_cast<std::uint32_t>(store_conditional_helper(type)), ir::Type::i64,
                         kAtomicEffects, arguments);
}

ir::Value LiftEnv::atomic(semantics::Amo amo, Value address, MemType type, Value value) {
    const Value arguments[] = {address, value};
    return builder_.call(static_cast<std::uint32_t>(amo_helper(amo, type)), ir::Type::i64, kAtomicEffects,
                         arguments);
}

void LiftEnv::fence() { builder_.fence(fence_kind(insn_.imm)); }

void LiftEnv::trap_at_breakpoint() { builder_.trap(cause::kBreakpoint, builder_.i64(here_.pc)); }

ir::Value LiftEnv::leave_without_value() {
    leave(ir::Leave::interpret);
    return {};
}

ir::Rounding LiftEnv::mode() const {
    return insn_.rm == kDynamicRounding ? ir::Rounding::dyn : static_cast<ir::Rounding>(insn_.rm);
}

ir::Value LiftEnv::binary(semantics::FloatBinary op, Value a, Value b) {
    return builder_.rounded(kBinary[static_cast<std::size_t>(op)], mode(), a, b);
}

ir::Value LiftEnv::fused(semantics::FloatFused op, Value a, Value b, Value c) {
    return builder_.rounded(kFused[static_cast<std::size_t>(op)], mode(), a, b, c);
}

ir::Value LiftEnv::compare(semantics::FloatCompare op, Value a, Value b) {
    switch (op) {
        case semantics::FloatCompare::eq:
            return builder_.feq(a, b);
        case semantics::FloatCompare::lt:
            return builder_.flt(a, b);
        case semantics::FloatCompare::le:
            break;
    }
    return builder_.fle(a, b);
}

// 32-bit results are sign-extended, the unsigned ones too. (Unpriv. 20.7)
ir::Value LiftEnv::to_int(IntType type, Value a) {
    const bool is_signed = type == IntType::s32 or type == IntType::s64;
    const bool is_word = type == IntType::s32 or type == IntType::u32;
    const ir::Opcode op = is_signed ? ir::Opcode::float_to_signed : ir::Opcode::float_to_unsigned;
    const Value result = builder_.convert(op, is_word ? ir::Type::i32 : ir::Type::i64, mode(), a);
    return is_word ? builder_.sext(result) : result;
}

ir::Value LiftEnv::from_int(ir::Type format, IntType type, Value a) {
    const bool is_signed = type == IntType::s32 or type == IntType::s64;
    const bool is_word = type == IntType::s32 or type == IntType::u32;
    const ir::Opcode op = is_signed ? ir::Opcode::signed_to_float : ir::Opcode::unsigned_to_float;
    return builder_.convert(op, format, mode(), is_word ? word(a) : a);
}

}  // namespace vm::guest::riscv
