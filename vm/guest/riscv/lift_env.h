#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "vm/base/bits.h"
#include "vm/guest/riscv/insn.h"
#include "vm/guest/riscv/lift_helpers.h"
#include "vm/guest/riscv/semantics/atomic.h"
#include "vm/guest/riscv/semantics/floating.h"
#include "vm/guest/riscv/semantics/memory.h"
#include "vm/guest/riscv/semantics/system.h"
#include "vm/ir/builder.h"

namespace vm::guest::riscv {

// The environment that records: a value is one of a block. Floating-point registers are values of
// floating-point types, of which only operations on bits take the bits; those of singles are i32, and
// constants that meet them are cut. All other integers are i64, but for 32-bit results that are still to be
// extended.
//
// What leaves a block for the interpreter leaves it before the instruction; nothing is recorded behind it.
class LiftEnv {
  public:
    using Value = ir::Value;

    // A loop whose start is known: branches mostly go where it begins. They lead round again as long as the
    // block holds `most` instructions in all, then they end it; the way on is their side exit.
    struct Loop {
        std::uint64_t start;
        std::uint32_t most;
    };

    LiftEnv(ir::Block& block, ir::Reach reach, std::optional<Loop> loop)
        : builder_(block), reach_(reach), loop_(loop) {
        x_.fill(kNoSlot);
        f_.fill(kNoSlot);
    }

    // What follows is recorded for this instruction, before which `here` is.
    void begin(const Insn& insn, ir::Point here);
    // Whether nothing may follow.
    bool ended() const { return builder_.ended(); }
    // Whether what follows is to be recorded from the loop's start on, once.
    bool goes_round() { return std::exchange(goes_round_, false); }
    // Whether a conditional branch has been recorded that may go either way.
    bool branched() const { return branched_; }
    void leave(ir::Leave kind) { builder_.leave(kind); }
    // Ends a block that no instruction ends.
    void leave_at(ir::Point point) { builder_.leave(ir::Leave::interpret, point); }
    void go_on_at(ir::Point point) { builder_.goto_(point); }

    // Registers.
    Value x(unsigned number);
    void set_x(unsigned number, Value value);
    Value f64(unsigned number);
    Value f32(unsigned number);
    void set_f64(unsigned number, Value value);
    void set_f32(unsigned number, Value value);

    // Integer arithmetic.
    Value constant(std::uint64_t value) { return builder_.i64(value); }
    Value add(Value a, Value b) { return builder_.add(a, b); }
    Value sub(Value a, Value b) { return builder_.sub(a, b); }
    Value and_(Value a, Value b) { return bitwise(&ir::Builder::and_, a, b); }
    Value or_(Value a, Value b) { return bitwise(&ir::Builder::or_, a, b); }
    Value xor_(Value a, Value b) { return bitwise(&ir::Builder::xor_, a, b); }
    Value not_(Value a) { return builder_.not_(integer(a)); }
    Value shl(Value a, Value b) { return builder_.shl(a, b); }
    Value shr(Value a, Value b) { return builder_.shr(a, b); }
    Value sar(Value a, Value b) { return builder_.sar(a, b); }
    Value rotate_left(Value a, Value b) { return builder_.rotl(a, b); }
    Value rotate_right(Value a, Value b) { return builder_.rotr(a, b); }
    Value rotate_left32(Value a, Value b) { return of_words(&ir::Builder::rotl, a, b); }
    Value rotate_right32(Value a, Value b) { return of_words(&ir::Builder::rotr, a, b); }
    Value sext8(Value a) { return builder_.sext8(a); }
    Value sext16(Value a) { return builder_.sext16(a); }
    Value sext32(Value a) { return builder_.sext(word(a)); }
    Value zext32(Value a) { return builder_.zext(word(a)); }
    Value eq(Value a, Value b) { return builder_.eq(a, b); }
    Value ne(Value a, Value b) { return builder_.ne(a, b); }
    Value lt_unsigned(Value a, Value b) { return builder_.ltu(a, b); }
    Value ge_unsigned(Value a, Value b) { return builder_.geu(a, b); }
    Value lt_signed(Value a, Value b) { return builder_.lts(a, b); }
    Value ge_signed(Value a, Value b) { return builder_.ges(a, b); }
    Value select(Value condition, Value yes, Value no) { return builder_.select(condition, yes, no); }
    Value mul(Value a, Value b) { return builder_.mul(a, b); }
    Value mul_high_unsigned(Value a, Value b) { return builder_.mulhu(a, b); }
    Value mul_high_signed(Value a, Value b) { return builder_.mulhs(a, b); }
    Value mul_high_signed_unsigned(Value a, Value b) { return builder_.mulhsu(a, b); }
    Value div_unsigned(Value a, Value b) { return builder_.divu(a, b); }
    Value rem_unsigned(Value a, Value b) { return builder_.remu(a, b); }
    Value div_signed(Value a, Value b) { return builder_.divs(a, b); }
    Value rem_signed(Value a, Value b) { return builder_.rems(a, b); }
    Value leading_zeros(Value a) { return builder_.clz(a); }
    Value trailing_zeros(Value a) { return builder_.ctz(a); }
    Value population(Value a) { return builder_.popcnt(a); }
    Value byte_swap(Value a) { return builder_.bswap(a); }
    Value or_combine_bytes(Value a) { return builder_.orc_b(a); }
    Value carryless_mul(Value a, Value b) { return builder_.clmul(a, b); }
    Value carryless_mul_high(Value a, Value b) { return builder_.clmulh(a, b); }

    // Control. Addresses that the instruction alone tells are no values yet.
    std::uint64_t pc(const auto&) const { return here_.pc; }
    std::uint64_t next_pc(const auto&) const { return here_.pc + insn_.length; }
    void jump(const auto& i) { jump_to(builder_.i64(here_.pc + as_unsigned(i.imm))); }
    void jump_to(Value address);
    void branch(const auto& i, Value condition) { branch_to(here_.pc + as_unsigned(i.imm), condition); }

    // Memory.
    Value load(Value address, semantics::MemType type);
    void store(Value address, semantics::MemType type, Value value);
    Value load_reserved(Value address, semantics::MemType type);
    Value store_conditional(Value address, semantics::MemType type, Value value);
    Value atomic(semantics::Amo amo, Value address, semantics::MemType type, Value value);
    void fence();

    // Floating point, in modes that the block may hold: see Rounding::dyn.
    template <semantics::Format kFormat>
    Value float_binary(const auto&, semantics::FloatBinary op, Value a, Value b) {
        return binary(op, a, b);
    }
    template <semantics::Format kFormat>
    Value float_fused(const auto&, semantics::FloatFused op, Value a, Value b, Value c) {
        return fused(op, a, b, c);
    }
    template <semantics::Format kFormat>
    Value float_sqrt(const auto&, Value a) {
        return builder_.rounded(ir::Opcode::fsqrt, mode(), a);
    }
    template <semantics::Format kFormat>
    Value float_compare(semantics::FloatCompare op, Value a, Value b) {
        return compare(op, a, b);
    }
    template <semantics::Format kFormat>
    Value float_choice(semantics::FloatChoice op, Value a, Value b) {
        return op == semantics::FloatChoice::min ? builder_.fmin(a, b) : builder_.fmax(a, b);
    }
    template <semantics::Format kFormat>
    Value float_classify(Value a) {
        return builder_.fclass(a);
    }
    template <semantics::Format kFormat>
    Value float_to_int(const auto&, semantics::IntType type, Value a) {
        return to_int(type, a);
    }
    template <semantics::Format kFormat>
    Value int_to_float(const auto&, semantics::IntType type, Value a) {
        return from_int(kFormat == semantics::Format::f32 ? ir::Type::f32 : ir::Type::f64, type, a);
    }
    Value float_narrow(const auto&, Value a) { return builder_.rounded(ir::Opcode::fnarrow, mode(), a); }
    Value float_widen(const auto&, Value a) { return builder_.fwiden(a); }

    // System.
    void fence_i() { leave(ir::Leave::interpret); }
    void environment_call() { leave(ir::Leave::environment_call); }
    void breakpoint(const auto&) { trap_at_breakpoint(); }
    void illegal_instruction() { leave(ir::Leave::interpret); }
    Value csr_read(const auto&) { return leave_without_value(); }
    Value csr(const auto&, semantics::CsrUpdate, Value) { return leave_without_value(); }
    void machine_return() { leave(ir::Leave::interpret); }
    void supervisor_return() { leave(ir::Leave::interpret); }
    void translation_fence(const auto&, Value, Value) { leave(ir::Leave::interpret); }
    void invalidation_fence() { leave(ir::Leave::interpret); }
    void wait_for_interrupt() { leave(ir::Leave::interpret); }

  private:
    using Binary = Value (ir::Builder::*)(Value, Value);
    static constexpr ir::SlotIndex kNoSlot = 0xffff;

    ir::SlotIndex x_index(unsigned number);
    ir::SlotIndex f_index(unsigned number);
    // The value as bits: an integer of its width.
    Value integer(Value value);
    // Its low 32 bits.
    Value word(Value value);
    Value bitwise(Binary operation, Value a, Value b);
    Value of_words(Binary operation, Value a, Value b);

    ir::Jump jump_kind() const;
    void branch_to(std::uint64_t target, Value condition);
    bool closes_loop(std::uint64_t target) const;
    void go_round_or_end(ir::Point back);
    void trap_at_breakpoint();
    Value leave_without_value();

    ir::Rounding mode() const;
    Value binary(semantics::FloatBinary op, Value a, Value b);
    Value fused(semantics::FloatFused op, Value a, Value b, Value c);
    Value compare(semantics::FloatCompare op, Value a, Value b);
    Value to_int(semantics::IntType type, Value a);
    Value from_int(ir::Type format, semantics::IntType type, Value a);

    ir::Builder builder_;
    ir::Reach reach_;
    std::optional<Loop> loop_;
    std::uint32_t round_ = 0;  // instructions of the loop, once it was closed
    bool goes_round_ = false;
    Insn insn_;
    ir::Point here_;
    bool branched_ = false;
    // Slots that the block has, by register.
    std::array<ir::SlotIndex, 32> x_;
    std::array<ir::SlotIndex, 32> f_;
    // What has been made of registers and values already, so that it is one value and made once.
    std::array<Value, 32> singles_;
    Value number_;
    Value bits_of_number_;
};

}  // namespace vm::guest::riscv
