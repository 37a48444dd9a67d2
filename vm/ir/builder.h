#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vm/ir/block.h"

namespace vm::ir {

// A place in the guest's program: the instruction that comes next, and how many of the block are complete
// before it.
struct Point {
    std::uint64_t pc = 0;
    std::uint32_t retired = 0;
};

// Fills an empty block in program order. Constants fold, cheap algebra happens at once, and what several
// guest instructions spell comes out as the one operation it is (simplify.h), so a function may return an
// older value. Argument lists should hold at most one emitting call: compilers evaluate them in different
// orders.
//
// Operands must have the types that opcodes.inc says; verify() tells where they have not.
class Builder {
  public:
    explicit Builder(Block& block) : block_(block), current_(block.workspace().values) { current_.clear(); }

    Block& block() { return block_; }
    bool ended() const { return block_.ended(); }

    // The guest's state. get reads a slot of the block once; from then on reads give what is known of it.
    SlotIndex slot(const Slot& slot) { return block_.slot(slot); }
    Value get(SlotIndex slot);
    void set(SlotIndex slot, Value value);
    // Exits of what follows find the guest here, with all writes so far and none of the later ones: an
    // instruction that does not complete has changed nothing.
    void instruction(Point point);

    Value constant(Type type, std::uint64_t bits) { return block_.constant(type, bits); }
    Value i64(std::uint64_t bits) { return block_.constant(Type::i64, bits); }
    Value i32(std::uint32_t bits) { return block_.constant(Type::i32, bits); }

    // One function for each operation that is all operands, named as in opcodes.inc.
#define OP(ident, name, signature, layout, flags)
#define UNARY(ident, name, signature, flags) \
    Value ident(Value a) { return operation(Opcode::ident, a); }
#define BINARY(ident, name, signature, flags) \
    Value ident(Value a, Value b) { return operation(Opcode::ident, a, b); }
#define TERNARY(ident, name, signature, flags) \
    Value ident(Value a, Value b, Value c) { return operation(Opcode::ident, a, b, c); }
#include "vm/ir/opcodes.inc"
#undef OP
    Value not_(Value a) { return xor_(a, block_.constant(block_.type(a), ~std::uint64_t{0})); }
    // The low 8 or 16 bits, extended to the operand's own width.
    Value sext8(Value a) { return extend_part(Opcode::sext8, a); }
    Value sext16(Value a) { return extend_part(Opcode::sext16, a); }
    Value zext8(Value a) { return extend_part(Opcode::zext8, a); }
    Value zext16(Value a) { return extend_part(Opcode::zext16, a); }
    Value shift_add(Value a, unsigned amount, Value b);
    Value extract(Value a, unsigned first, unsigned count);
    Value compare(Condition relation, Value a, Value b) { return operation(comparison(relation), a, b); }
    Value select(Condition relation, Value a, Value b, Value yes, Value no);
    // By an i64 that is not zero.
    Value select(Value condition, Value yes, Value no);

    // Arithmetic that rounds: fadd to fnarrow. NaNs come out canonical, and cost nothing where arithmetic
    // goes on.
    Value rounded(Opcode op, Rounding mode, Value a, Value b = {}, Value c = {});
    // Between integers and floating point: float_to_signed to unsigned_to_float.
    Value convert(Opcode op, Type to, Rounding mode, Value a);

    // An i64, extended as the kind says; or a floating-point type of the width that is read.
    Value load(MemKind kind, Value address, std::int64_t offset = 0, Reach met = Reach::memory);
    Value load_float(Type type, Value address, std::int64_t offset = 0, Reach met = Reach::memory);
    // The low bits of an integer, or all bits of a floating-point value of the kind's width.
    void store(MemKind kind, Value address, std::int64_t offset, Value value, Reach met = Reach::memory);
    void fence(Fence kind);
    // effects are the flags kExits to kFloatFlags; up to four arguments. A call that reads or writes state
    // sees that of the instruction, so it comes before the instruction's own writes.
    Value call(std::uint32_t helper, Type result, std::uint16_t effects, std::span<const Value> arguments);

    // Ways out. The state at a Point has all writes so far: the instruction that leaves is complete.
    void branch(Condition relation, Value a, Value b, Point target);
    void branch(Value condition, Point target);
    void goto_(Point target, Jump jump = Jump::plain, std::uint64_t return_address = 0);
    void goto_value(Value target, Point from, Jump jump = Jump::plain, std::uint64_t return_address = 0);
    void leave(Leave kind, Point point);
    // These leave before the instruction.
    void leave(Leave kind);
    void leave_if(Condition relation, Value a, Value b, Leave kind);
    void trap(std::uint64_t cause, Value value);

  private:
    Value operation(Opcode op, Value a, Value b = {}, Value c = {});
    Value extend_part(Opcode op, Value a);
    Value emit_canonical(Node& node);
    FrameIndex frame_now(Point point);
    void forget_state();

    Block& block_;
    Frame before_{};               // of the instruction
    std::uint32_t first_ = 0;      // Frame::first from here on
    std::vector<Value>& current_;  // by slot: its value as far as it is known; the block keeps the storage
};

}  // namespace vm::ir
