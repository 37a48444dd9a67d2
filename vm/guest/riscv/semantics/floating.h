#pragma once

// F and D (Unpriv. 20, 21). Values of either format are their bits; the environment unboxes singles when it
// reads them, boxes them when it writes them, and accrues the flags.

#include "vm/guest/riscv/semantics/integer.h"

namespace vm::guest::riscv::semantics {

enum class Format : std::uint8_t { f32, f64 };
enum class FloatBinary : std::uint8_t { add, sub, mul, div };
enum class FloatCompare : std::uint8_t { eq, lt, le };
enum class FloatChoice : std::uint8_t { min, max };
// Signs of the fused forms: fmadd ab+c, fmsub ab-c, fnmsub -ab+c, fnmadd -ab-c.
enum class FloatFused : std::uint8_t { madd, msub, nmsub, nmadd };
enum class IntType : std::uint8_t { s32, u32, s64, u64 };

template <Format kFormat, class Env>
auto read_float(Env& e, unsigned number) {
    if constexpr (kFormat == Format::f32) {
        return e.f32(number);
    } else {
        return e.f64(number);
    }
}

template <Format kFormat, class Env>
void write_float(Env& e, unsigned number, typename Env::Value value) {
    if constexpr (kFormat == Format::f32) {
        e.set_f32(number, value);
    } else {
        e.set_f64(number, value);
    }
}

template <Format kFormat, class Env>
void float_binary(Env& e, const auto& i, FloatBinary op) {
    const auto a = read_float<kFormat>(e, i.rs1);
    const auto b = read_float<kFormat>(e, i.rs2);
    write_float<kFormat>(e, i.rd, e.template float_binary<kFormat>(i, op, a, b));
}

template <Format kFormat, class Env>
void float_sqrt(Env& e, const auto& i) {
    write_float<kFormat>(e, i.rd, e.template float_sqrt<kFormat>(i, read_float<kFormat>(e, i.rs1)));
}

template <Format kFormat, class Env>
void float_fused(Env& e, const auto& i, FloatFused op) {
    const auto a = read_float<kFormat>(e, i.rs1);
    const auto b = read_float<kFormat>(e, i.rs2);
    const auto c = read_float<kFormat>(e, i.rs3);
    write_float<kFormat>(e, i.rd, e.template float_fused<kFormat>(i, op, a, b, c));
}

template <Format kFormat, class Env>
void float_compare(Env& e, const auto& i, FloatCompare op) {
    const auto a = read_float<kFormat>(e, i.rs1);
    const auto b = read_float<kFormat>(e, i.rs2);
    e.set_x(i.rd, e.template float_compare<kFormat>(op, a, b));
}

template <Format kFormat, class Env>
void float_choice(Env& e, const auto& i, FloatChoice op) {
    const auto a = read_float<kFormat>(e, i.rs1);
    const auto b = read_float<kFormat>(e, i.rs2);
    write_float<kFormat>(e, i.rd, e.template float_choice<kFormat>(op, a, b));
}

template <Format kFormat>
inline constexpr std::uint64_t kSignBit = kFormat == Format::f32 ? 0x8000'0000 : 0x8000'0000'0000'0000;

enum class SignSource : std::uint8_t { copy, negate, xor_ };

// The sign of b (or its complement, or both signs' exclusive or) on the magnitude of a; raises no flag.
template <Format kFormat, class Env>
void float_sign(Env& e, const auto& i, SignSource source) {
    const auto a = read_float<kFormat>(e, i.rs1);
    const auto b = read_float<kFormat>(e, i.rs2);
    const auto sign = e.constant(kSignBit<kFormat>);
    const auto other = source == SignSource::negate ? e.not_(b) : b;
    const auto chosen = e.and_(other, sign);
    const auto kept = source == SignSource::xor_ ? a : e.and_(a, e.constant(kSignBit<kFormat> - 1));
    write_float<kFormat>(e, i.rd, source == SignSource::xor_ ? e.xor_(kept, chosen) : e.or_(kept, chosen));
}

template <Format kFormat, class Env>
void float_to_int(Env& e, const auto& i, IntType type) {
    const auto a = read_float<kFormat>(e, i.rs1);
    e.set_x(i.rd, e.template float_to_int<kFormat>(i, type, a));
}

template <Format kFormat, class Env>
void int_to_float(Env& e, const auto& i, IntType type) {
    write_float<kFormat>(e, i.rd, e.template int_to_float<kFormat>(i, type, e.x(i.rs1)));
}

// clang-format off
#define VM_FLOAT_FORMAT(suffix, format)                                                                                   \
template <class Env> void fmadd_##suffix(Env& e, const auto& i) { float_fused<format>(e, i, FloatFused::madd); }          \
template <class Env> void fmsub_##suffix(Env& e, const auto& i) { float_fused<format>(e, i, FloatFused::msub); }          \
template <class Env> void fnmsub_##suffix(Env& e, const auto& i) { float_fused<format>(e, i, FloatFused::nmsub); }        \
template <class Env> void fnmadd_##suffix(Env& e, const auto& i) { float_fused<format>(e, i, FloatFused::nmadd); }        \
template <class Env> void fadd_##suffix(Env& e, const auto& i) { float_binary<format>(e, i, FloatBinary::add); }          \
template <class Env> void fsub_##suffix(Env& e, const auto& i) { float_binary<format>(e, i, FloatBinary::sub); }          \
template <class Env> void fmul_##suffix(Env& e, const auto& i) { float_binary<format>(e, i, FloatBinary::mul); }          \
template <class Env> void fdiv_##suffix(Env& e, const auto& i) { float_binary<format>(e, i, FloatBinary::div); }          \
template <class Env> void fsqrt_##suffix(Env& e, const auto& i) { float_sqrt<format>(e, i); }                             \
template <class Env> void fsgnj_##suffix(Env& e, const auto& i) { float_sign<format>(e, i, SignSource::copy); }           \
template <class Env> void fsgnjn_##suffix(Env& e, const auto& i) { float_sign<format>(e, i, SignSource::negate); }        \
template <class Env> void fsgnjx_##suffix(Env& e, const auto& i) { float_sign<format>(e, i, SignSource::xor_); }          \
template <class Env> void fmin_##suffix(Env& e, const auto& i) { float_choice<format>(e, i, FloatChoice::min); }          \
template <class Env> void fmax_##suffix(Env& e, const auto& i) { float_choice<format>(e, i, FloatChoice::max); }          \
template <class Env> void fle_##suffix(Env& e, const auto& i) { float_compare<format>(e, i, FloatCompare::le); }          \
template <class Env> void flt_##suffix(Env& e, const auto& i) { float_compare<format>(e, i, FloatCompare::lt); }          \
template <class Env> void feq_##suffix(Env& e, const auto& i) { float_compare<format>(e, i, FloatCompare::eq); }          \
template <class Env> void fcvt_w_##suffix(Env& e, const auto& i) { float_to_int<format>(e, i, IntType::s32); }            \
template <class Env> void fcvt_wu_##suffix(Env& e, const auto& i) { float_to_int<format>(e, i, IntType::u32); }           \
template <class Env> void fcvt_l_##suffix(Env& e, const auto& i) { float_to_int<format>(e, i, IntType::s64); }            \
template <class Env> void fcvt_lu_##suffix(Env& e, const auto& i) { float_to_int<format>(e, i, IntType::u64); }           \
template <class Env> void fcvt_##suffix##_w(Env& e, const auto& i) { int_to_float<format>(e, i, IntType::s32); }          \
template <class Env> void fcvt_##suffix##_wu(Env& e, const auto& i) { int_to_float<format>(e, i, IntType::u32); }         \
template <class Env> void fcvt_##suffix##_l(Env& e, const auto& i) { int_to_float<format>(e, i, IntType::s64); }          \
template <class Env> void fcvt_##suffix##_lu(Env& e, const auto& i) { int_to_float<format>(e, i, IntType::u64); }         \
template <class Env> void fclass_##suffix(Env& e, const auto& i) {                                                        \
    e.set_x(i.rd, e.template float_classify<format>(read_float<format>(e, i.rs1)));                                       \
}
// clang-format on

VM_FLOAT_FORMAT(s, Format::f32)
VM_FLOAT_FORMAT(d, Format::f64)
#undef VM_FLOAT_FORMAT

// Moves pass bits on unchanged: fmv.x.w does not look at the box. (Unpriv. 21.2)
// clang-format off
template <class Env> void fmv_x_w(Env& e, const auto& i) { e.set_x(i.rd, e.sext32(e.f64(i.rs1))); }
template <class Env> void fmv_w_x(Env& e, const auto& i) { e.set_f32(i.rd, e.x(i.rs1)); }
template <class Env> void fmv_x_d(Env& e, const auto& i) { e.set_x(i.rd, e.f64(i.rs1)); }
template <class Env> void fmv_d_x(Env& e, const auto& i) { e.set_f64(i.rd, e.x(i.rs1)); }
template <class Env> void fcvt_s_d(Env& e, const auto& i) { e.set_f32(i.rd, e.float_narrow(i, e.f64(i.rs1))); }
template <class Env> void fcvt_d_s(Env& e, const auto& i) { e.set_f64(i.rd, e.float_widen(i, e.f32(i.rs1))); }
// clang-format on

}  // namespace vm::guest::riscv::semantics
