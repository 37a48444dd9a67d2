#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "vm/base/bits.h"
#include "vm/guest/riscv/core.h"
#include "vm/guest/riscv/fp.h"
#include "vm/guest/riscv/fusion.h"
#include "vm/guest/riscv/op.h"
#include "vm/guest/riscv/semantics/atomic.h"
#include "vm/guest/riscv/semantics/floating.h"
#include "vm/guest/riscv/semantics/memory.h"
#include "vm/guest/riscv/semantics/system.h"
#include "vm/mem/host_access.h"

namespace vm::guest::riscv {

// Where execution goes after an instruction.
enum class Flow : std::uint8_t {
    next,     // the following instruction of the block
    jump,     // pc + imm, through the op's link
    jump_to,  // a computed address
    resume,   // a given address, after a change that decoded code may depend on
    wait,     // out of the interpreter: the hart sleeps until an interrupt
    trap,     // out of the interpreter: memory.slow().trap says why
    retry,    // nothing has happened yet; the complete environment must carry the instruction out
};

// Two environments compute. The fast one knows only what needs no call, so that its handlers keep everything
// in registers, and answers Flow::retry to the rest; the complete one does everything.
enum class Path : std::uint8_t { fast, complete };

// The environment that computes: a value is its 64 bits. One lives for one instruction, in registers: no
// member function that is not inlined may receive its address.
template <class Memory, Path kPath>
class Env {
  public:
    using Value = std::uint64_t;

    Env(Hart* hart, const Op<Memory>* op, std::int64_t countdown, Memory* memory, Core<Memory>* core)
        : hart_(hart), op_(op), countdown_(countdown), memory_(memory), core_(core) {}

    Flow flow() const { return flow_; }
    Value target() const { return target_; }
    // What the instruction wrote to its integer register, for the fused one behind it.
    Value written() const { return written_; }
    void forward(Value value) { forwarded_ = value; }

    // Registers. Nothing is written once the instruction has trapped or must be done again.
    Value x(unsigned number) const { return hart_->x[number]; }
    Value x(Forwarded) const { return forwarded_; }
    void set_x(unsigned number, Value value) {
        if (completes()) {
            written_ = value;
            hart_->x[number] = value;
        }
    }
    Value f64(unsigned number) const { return hart_->f[number]; }
    // A single that is not boxed reads as the canonical NaN. (Unpriv. 21.2)
    Value f32(unsigned number) const {
        const Value bits = hart_->f[number];
        return bits >> 32 == 0xffff'ffff ? zext32(bits) : fp::F32::kNan;
    }
    void set_f64(unsigned number, Value value) {
        if (completes()) {
            hart_->f[number] = value;
        }
    }
    void set_f32(unsigned number, Value value) { set_f64(number, value | 0xffff'ffff'0000'0000); }

    // Integer arithmetic.
    Value constant(Value value) const { return value; }
    Value add(Value a, Value b) const { return a + b; }
    Value sub(Value a, Value b) const { return a - b; }
    Value and_(Value a, Value b) const { return a & b; }
    Value or_(Value a, Value b) const { return a | b; }
    Value xor_(Value a, Value b) const { return a ^ b; }
    Value not_(Value a) const { return ~a; }
    // Shifts and rotates use their amount modulo the width.
    Value shl(Value a, Value b) const { return a << (b & 63); }
    Value shr(Value a, Value b) const { return a >> (b & 63); }
    Value sar(Value a, Value b) const { return as_unsigned(as_signed(a) >> (b & 63)); }
    Value rotate_left(Value a, Value b) const { return std::rotl(a, static_cast<int>(b & 63)); }
    Value rotate_right(Value a, Value b) const { return std::rotr(a, static_cast<int>(b & 63)); }
    Value rotate_left32(Value a, Value b) const { return std::rotl(low32(a), static_cast<int>(b & 31)); }
    Value rotate_right32(Value a, Value b) const { return std::rotr(low32(a), static_cast<int>(b & 31)); }
    Value sext8(Value a) const { return sign_extend(a, 8); }
    Value sext16(Value a) const { return sign_extend(a, 16); }
    Value sext32(Value a) const { return vm::sext32(a); }
    Value zext32(Value a) const { return vm::zext32(a); }
    Value eq(Value a, Value b) const { return a == b; }
    Value ne(Value a, Value b) const { return a != b; }
    Value lt_unsigned(Value a, Value b) const { return a < b; }
    Value ge_unsigned(Value a, Value b) const { return a >= b; }
    Value lt_signed(Value a, Value b) const { return as_signed(a) < as_signed(b); }
    Value ge_signed(Value a, Value b) const { return as_signed(a) >= as_signed(b); }
    Value select(Value condition, Value yes, Value no) const { return condition != 0 ? yes : no; }
    Value mul(Value a, Value b) const { return a * b; }
    Value mul_high_unsigned(Value a, Value b) const { return static_cast<Value>((Wide{a} * b) >> 64); }
    Value mul_high_signed(Value a, Value b) const {
        return static_cast<Value>((SignedWide{as_signed(a)} * as_signed(b)) >> 64);
    }
    // The unsigned product less b * 2^64 where a's sign bit, worth 2^64 too much, was set.
    Value mul_high_signed_unsigned(Value a, Value b) const {
        return mul_high_unsigned(a, b) - (as_signed(a) < 0 ? b : 0);
    }
    Value div_unsigned(Value a, Value b) const { return b == 0 ? ~Value{0} : a / b; }
    Value rem_unsigned(Value a, Value b) const { return b == 0 ? a : a % b; }
    // The host's division traps on -2^63 / -1, so dividing by -1 is a negation.
    Value div_signed(Value a, Value b) const {
        if (b + 1 <= 1) [[unlikely]] {
            return b == 0 ? ~Value{0} : 0 - a;
        }
        return as_unsigned(as_signed(a) / as_signed(b));
    }
    Value rem_signed(Value a, Value b) const {
        if (b + 1 <= 1) [[unlikely]] {
            return b == 0 ? a : 0;
        }
        return as_unsigned(as_signed(a) % as_signed(b));
    }
    Value leading_zeros(Value a) const { return static_cast<Value>(std::countl_zero(a)); }
    Value trailing_zeros(Value a) const { return static_cast<Value>(std::countr_zero(a)); }
    Value population(Value a) const { return static_cast<Value>(std::popcount(a)); }
    Value byte_swap(Value a) const { return __builtin_bswap64(a); }
    // Each byte all ones when any of its bits is set.
    Value or_combine_bytes(Value a) const {
        constexpr Value kLow7 = 0x7f7f'7f7f'7f7f'7f7f;
        const Value top = (((a & kLow7) + kLow7) | a) & ~kLow7;
        return (top >> 7) * 0xff;
    }
    Value carryless_mul(Value a, Value b) const {
        Value product = 0;
        for (unsigned position = 0; position < 64; ++position) {
            product ^= bit(b, position) ? a << position : 0;
        }
        return product;
    }
    Value carryless_mul_high(Value a, Value b) const {
        Value product = 0;
        for (unsigned position = 1; position < 64; ++position) {
            product ^= bit(b, position) ? a >> (64 - position) : 0;
        }
        return product;
    }

    // Control.
    Value pc(const auto&) const { return op_->pc; }
    Value next_pc(const auto& i) const { return op_->pc + i.length; }
    void jump(const auto&) { flow_ = Flow::jump; }
    void jump_to(Value address) {
        target_ = address;
        flow_ = Flow::jump_to;
    }
    void branch(const auto&, Value condition) {
        if (condition != 0) {
            flow_ = Flow::jump;
        }
    }

    // Memory.
    Value load(Value address, semantics::MemType type) {
        using semantics::MemType;
        switch (type) {
            case MemType::s8:
                return load_as<std::int8_t>(address);
            case MemType::s16:
                return load_as<std::int16_t>(address);
            case MemType::s32:
                return load_as<std::int32_t>(address);
            case MemType::u8:
                return load_as<std::uint8_t>(address);
            case MemType::u16:
                return load_as<std::uint16_t>(address);
            case MemType::u32:
                return load_as<std::uint32_t>(address);
            case MemType::u64:
                break;
        }
        return load_as<std::uint64_t>(address);
    }
    void store(Value address, semantics::MemType type, Value value) {
        using semantics::MemType;
        switch (type) {
            case MemType::s8:
            case MemType::u8:
                return store_as<std::uint8_t>(address, value);
            case MemType::s16:
            case MemType::u16:
                return store_as<std::uint16_t>(address, value);
            case MemType::s32:
            case MemType::u32:
                return store_as<std::uint32_t>(address, value);
            case MemType::u64:
                return store_as<std::uint64_t>(address, value);
        }
    }
    Value load_reserved(Value address, semantics::MemType type) {
        return outcome(core_->load_reserved(address, type));
    }
    Value store_conditional(Value address, semantics::MemType type, Value value) {
        return outcome(core_->store_conditional(address, type, value));
    }
    Value atomic(semantics::Amo amo, Value address, semantics::MemType type, Value value) {
        return outcome(core_->atomic(amo, address, type, value));
    }
    void fence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

    // Floating point. What runs in the hardware's current mode is inlined; the rest goes through a switch of
    // modes.
    template <semantics::Format kFormat>
    Value float_binary(const auto& i, semantics::FloatBinary op, Value a, Value b) {
        using F = FormatOf<kFormat>;
        return rounded(i, [=](auto... mode) -> Value {
            switch (op) {
                case semantics::FloatBinary::add:
                    return fp::add<F>(as<F>(a), as<F>(b), mode...);
                case semantics::FloatBinary::sub:
                    return fp::sub<F>(as<F>(a), as<F>(b), mode...);
                case semantics::FloatBinary::mul:
                    return fp::mul<F>(as<F>(a), as<F>(b), mode...);
                case semantics::FloatBinary::div:
                    break;
            }
            return fp::div<F>(as<F>(a), as<F>(b), mode...);
        });
    }
    template <semantics::Format kFormat>
    Value float_fused(const auto& i, semantics::FloatFused op, Value a, Value b, Value c) {
        using F = FormatOf<kFormat>;
        return rounded(i, [=](auto... mode) -> Value {
            switch (op) {
                case semantics::FloatFused::madd:
                    return fp::fmadd<F>(as<F>(a), as<F>(b), as<F>(c), mode...);
                case semantics::FloatFused::msub:
                    return fp::fmsub<F>(as<F>(a), as<F>(b), as<F>(c), mode...);
                case semantics::FloatFused::nmsub:
                    return fp::fnmsub<F>(as<F>(a), as<F>(b), as<F>(c), mode...);
                case semantics::FloatFused::nmadd:
                    break;
            }
            return fp::fnmadd<F>(as<F>(a), as<F>(b), as<F>(c), mode...);
        });
    }
    template <semantics::Format kFormat>
    Value float_sqrt(const auto& i, Value a) {
        using F = FormatOf<kFormat>;
        return rounded(i, [=](auto... mode) -> Value { return fp::sqrt<F>(as<F>(a), mode...); });
    }
    template <semantics::Format kFormat>
    Value float_compare(semantics::FloatCompare op, Value a, Value b) {
        using F = FormatOf<kFormat>;
        switch (op) {
            case semantics::FloatCompare::eq:
                return fp::eq<F>(as<F>(a), as<F>(b));
            case semantics::FloatCompare::lt:
                return fp::lt<F>(as<F>(a), as<F>(b));
            case semantics::FloatCompare::le:
                break;
        }
        return fp::le<F>(as<F>(a), as<F>(b));
    }
    template <semantics::Format kFormat>
    Value float_choice(semantics::FloatChoice op, Value a, Value b) {
        using F = FormatOf<kFormat>;
        return op == semantics::FloatChoice::min ? fp::min<F>(as<F>(a), as<F>(b))
                                                 : fp::max<F>(as<F>(a), as<F>(b));
    }
    template <semantics::Format kFormat>
    Value float_classify(Value a) {
        return fp::classify<FormatOf<kFormat>>(as<FormatOf<kFormat>>(a));
    }
    template <semantics::Format kFormat>
    Value float_to_int(const auto& i, semantics::IntType type, Value a) {
        using F = FormatOf<kFormat>;
        switch (type) {
            case semantics::IntType::s32:
                return float_to<F, std::int32_t>(i, a);
            case semantics::IntType::u32:
                return float_to<F, std::uint32_t>(i, a);
            case semantics::IntType::s64:
                return float_to<F, std::int64_t>(i, a);
            case semantics::IntType::u64:
                break;
        }
        return float_to<F, std::uint64_t>(i, a);
    }
    template <semantics::Format kFormat>
    Value int_to_float(const auto& i, semantics::IntType type, Value a) {
        using F = FormatOf<kFormat>;
        switch (type) {
            case semantics::IntType::s32:
                return float_from<F, std::int32_t>(i, a);
            case semantics::IntType::u32:
                return float_from<F, std::uint32_t>(i, a);
            case semantics::IntType::s64:
                return float_from<F, std::int64_t>(i, a);
            case semantics::IntType::u64:
                break;
        }
        return float_from<F, std::uint64_t>(i, a);
    }
    Value float_narrow(const auto& i, Value a) {
        return rounded(i, [=](auto... mode) -> Value { return fp::narrow(a, mode...); });
    }
    // Exact, but a reserved mode is still an illegal instruction.
    Value float_widen(const auto& i, Value a) {
        return rounded(i, [=](auto...) -> Value { return fp::widen(as<fp::F32>(a)); });
    }

    // System.
    void fence_i() { resume(op_->pc + op_->length); }
    void environment_call() { trap(cause::kEcallFromU + static_cast<Value>(hart_->csrs.privilege()), 0); }
    void breakpoint(const auto&) { trap(cause::kBreakpoint, op_->pc); }
    void illegal_instruction() { trap(cause::kIllegalInstruction, op_->bits); }
    Value csr_read(const auto&) { return csr_outcome(core_->csr_read(*op_, countdown_)); }
    Value csr(const auto&, semantics::CsrUpdate update, Value operand) {
        return csr_outcome(core_->csr_update(*op_, countdown_, update, operand));
    }
    void machine_return() { resume_or_trap(core_->machine_return(*op_)); }
    void supervisor_return() { resume_or_trap(core_->supervisor_return(*op_)); }
    void translation_fence(const auto& i, Value address, Value asid) {
        const TranslationFence fence{i.rs1 == 0, i.rs2 == 0, address, asid};
        resume_behind_or_trap(core_->translation_fence(*op_, fence));
    }
    void invalidation_fence() { resume_behind_or_trap(core_->invalidation_fence(*op_)); }
    void wait_for_interrupt() { flow_ = core_->wait_for_interrupt(*op_) ? Flow::wait : Flow::trap; }

  private:
    __extension__ using Wide = unsigned __int128;
    __extension__ using SignedWide = __int128;

    template <semantics::Format kFormat>
    using FormatOf = std::conditional_t<kFormat == semantics::Format::f32, fp::F32, fp::F64>;
    template <class F>
    static fp::Bits<F> as(Value value) {
        return static_cast<fp::Bits<F>>(value);
    }

    static std::uint32_t low32(Value a) { return static_cast<std::uint32_t>(a); }

    bool completes() const { return flow_ != Flow::trap and flow_ != Flow::retry; }
    // For what the fast environment leaves to the complete one; true where it must.
    bool retry() {
        if constexpr (kPath == Path::fast) {
            flow_ = Flow::retry;
            return true;
        }
        return false;
    }
    void trap(Value trap_cause, Value value) {
        memory_->slow().trap = {trap_cause, value};
        flow_ = Flow::trap;
    }
    void resume(Value address) {
        target_ = address;
        flow_ = Flow::resume;
    }
    void resume_or_trap(bool done) {
        if (done) {
            resume(memory_->slow().value);
        } else {
            flow_ = Flow::trap;
        }
    }
    void resume_behind_or_trap(bool done) {
        if (done) {
            resume(op_->pc + op_->length);
        } else {
            flow_ = Flow::trap;
        }
    }
    // What a slow function left behind, or a trap when it answered false.
    Value outcome(bool done) {
        if (not done) [[unlikely]] {
            flow_ = Flow::trap;
        }
        return memory_->slow().value;
    }
    Value csr_outcome(bool done) {
        const Value value = outcome(done);
        if (done) {
            resume(op_->pc + op_->length);
        }
        return value;
    }

    template <class T>
    Value load_as(Value address) {
        using Raw = std::make_unsigned_t<T>;
        if (const std::byte* from = memory_->load_pointer(address, sizeof(T))) [[likely]] {
            return extend(static_cast<T>(mem::host_load<Raw>(from)));
        }
        return retry() ? 0 : extend(static_cast<T>(outcome(core_->load_slow(address, sizeof(T)))));
    }
    template <class T>
    static Value extend(T value) {
        return static_cast<Value>(static_cast<std::int64_t>(value));
    }
    template <class T>
    void store_as(Value address, Value value) {
        if (std::byte* to = memory_->store_pointer(address, sizeof(T))) [[likely]] {
            mem::host_store<T>(to, static_cast<T>(value));
        } else if (not retry() and not core_->store_slow(address, sizeof(T), value)) {
            flow_ = Flow::trap;
        }
    }

    // operation() in the hardware's mode when that is the one asked for, operation(mode) otherwise.
    template <class Operation>
    Value rounded(const auto& i, Operation operation) {
        const std::uint8_t frm = hart_->csrs.frm;
        const std::uint8_t mode = i.rm == kDynamicRounding ? frm : i.rm;
        if (mode == frm and frm < static_cast<std::uint8_t>(fp::Rounding::rmm)) [[likely]] {
            return operation();
        }
        if (retry()) {
            return 0;
        }
        if (mode > static_cast<std::uint8_t>(fp::Rounding::rmm)) {
            illegal_instruction();
            return 0;
        }
        return operation(static_cast<fp::Rounding>(mode));
    }

    template <class F, class Int>
    Value float_to(const auto& i, Value a) {
        // Casts of C say rtz; that needs no change of mode whatever frm is.
        if (i.rm == static_cast<std::uint8_t>(fp::Rounding::rtz)) [[likely]] {
            return extend_word(fp::truncate<F, Int>(as<F>(a)));
        }
        return rounded(
            i, [=](auto... mode) -> Value { return extend_word(fp::to_int<F, Int>(as<F>(a), mode...)); });
    }
    // 32-bit results are sign-extended, the unsigned ones too. (Unpriv. 20.7)
    template <class Int>
    static Value extend_word(Int value) {
        if constexpr (sizeof(Int) == 4) {
            return vm::sext32(static_cast<std::uint32_t>(value));
        } else {
            return static_cast<Value>(value);
        }
    }
    template <class F, class Int>
    Value float_from(const auto& i, Value a) {
        const auto integer = static_cast<Int>(a);
        return rounded(i, [=](auto... mode) -> Value { return fp::from_int<F, Int>(integer, mode...); });
    }

    Hart* hart_;
    const Op<Memory>* op_;
    std::int64_t countdown_;
    Memory* memory_;
    Core<Memory>* core_;
    Flow flow_ = Flow::next;
    Value target_ = 0;
    Value written_ = 0;
    Value forwarded_ = 0;
};

}  // namespace vm::guest::riscv
