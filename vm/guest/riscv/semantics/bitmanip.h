#pragma once

// Zba, Zbb, Zbc, Zbs (Unpriv. 28) and Zicond (Unpriv. 12).

#include "vm/guest/riscv/semantics/integer.h"

namespace vm::guest::riscv::semantics {

template <class Env>
void shift_add(Env& e, const auto& i, typename Env::Value a, typename Env::Value b, unsigned amount) {
    e.set_x(i.rd, e.add(e.shl(a, e.constant(amount)), b));
}
template <class Env>
void shift_add_word(Env& e, const auto& i, unsigned amount) {
    const auto [a, b] = sources(e, i);
    shift_add(e, i, e.zext32(a), b, amount);
}

// clang-format off
template <class Env> void add_uw(Env& e, const auto& i) { shift_add_word(e, i, 0); }
template <class Env> void sh1add(Env& e, const auto& i) { const auto [a, b] = sources(e, i); shift_add(e, i, a, b, 1); }
template <class Env> void sh2add(Env& e, const auto& i) { const auto [a, b] = sources(e, i); shift_add(e, i, a, b, 2); }
template <class Env> void sh3add(Env& e, const auto& i) { const auto [a, b] = sources(e, i); shift_add(e, i, a, b, 3); }
template <class Env> void sh1add_uw(Env& e, const auto& i) { shift_add_word(e, i, 1); }
template <class Env> void sh2add_uw(Env& e, const auto& i) { shift_add_word(e, i, 2); }
template <class Env> void sh3add_uw(Env& e, const auto& i) { shift_add_word(e, i, 3); }
template <class Env> void slli_uw(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.shl(e.zext32(a), b)); }

template <class Env> void andn(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.and_(a, e.not_(b))); }
template <class Env> void orn(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.or_(a, e.not_(b))); }
template <class Env> void xnor(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.not_(e.xor_(a, b))); }

template <class Env> void clz(Env& e, const auto& i) { e.set_x(i.rd, e.leading_zeros(e.x(i.rs1))); }
template <class Env> void ctz(Env& e, const auto& i) { e.set_x(i.rd, e.trailing_zeros(e.x(i.rs1))); }
template <class Env> void cpop(Env& e, const auto& i) { e.set_x(i.rd, e.population(e.x(i.rs1))); }
template <class Env> void cpopw(Env& e, const auto& i) { e.set_x(i.rd, e.population(e.zext32(e.x(i.rs1)))); }
template <class Env> void sext_b(Env& e, const auto& i) { e.set_x(i.rd, e.sext8(e.x(i.rs1))); }
template <class Env> void sext_h(Env& e, const auto& i) { e.set_x(i.rd, e.sext16(e.x(i.rs1))); }
template <class Env> void zext_h(Env& e, const auto& i) { e.set_x(i.rd, e.and_(e.x(i.rs1), e.constant(0xffff))); }
template <class Env> void orc_b(Env& e, const auto& i) { e.set_x(i.rd, e.or_combine_bytes(e.x(i.rs1))); }
template <class Env> void rev8(Env& e, const auto& i) { e.set_x(i.rd, e.byte_swap(e.x(i.rs1))); }

template <class Env> void min(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.select(e.lt_signed(a, b), a, b)); }
template <class Env> void minu(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.select(e.lt_unsigned(a, b), a, b)); }
template <class Env> void max(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.select(e.lt_signed(a, b), b, a)); }
template <class Env> void maxu(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.select(e.lt_unsigned(a, b), b, a)); }

template <class Env> void rol(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.rotate_left(a, b)); }
template <class Env> void ror(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.rotate_right(a, b)); }
template <class Env> void rori(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.rotate_right(a, b)); }
template <class Env> void rolw(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.sext32(e.rotate_left32(a, b))); }
template <class Env> void rorw(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.sext32(e.rotate_right32(a, b))); }
template <class Env> void roriw(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.sext32(e.rotate_right32(a, b))); }

template <class Env> void clmul(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.carryless_mul(a, b)); }
template <class Env> void clmulh(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.carryless_mul_high(a, b)); }
// clang-format on

// The 32 zeros above a zero-extended word are not the word's own.
template <class Env>
void clzw(Env& e, const auto& i) {
    const auto count = e.leading_zeros(e.zext32(e.x(i.rs1)));
    e.set_x(i.rd, e.sub(count, e.constant(32)));
}
// A one in bit 32 stops the count where the word ends.
template <class Env>
void ctzw(Env& e, const auto& i) {
    e.set_x(i.rd, e.trailing_zeros(e.or_(e.x(i.rs1), e.constant(std::uint64_t{1} << 32))));
}

// Bits 126 to 63 of the product: the high half moved up one, and the top bit of the low half.
template <class Env>
void clmulr(Env& e, const auto& i) {
    const auto [a, b] = sources(e, i);
    const auto high = e.carryless_mul_high(a, b);
    const auto low = e.carryless_mul(a, b);
    const auto upper = e.shl(high, e.constant(1));
    e.set_x(i.rd, e.or_(upper, e.shr(low, e.constant(63))));
}

// A one at the position rs2 or shamt names, modulo 64.
template <class Env>
auto single_bit(Env& e, typename Env::Value position) {
    return e.shl(e.constant(1), position);
}
template <class Env>
auto extract_bit(Env& e, typename Env::Value value, typename Env::Value position) {
    return e.and_(e.shr(value, position), e.constant(1));
}

// clang-format off
template <class Env> void bclr(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.and_(a, e.not_(single_bit(e, b)))); }
template <class Env> void bclri(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.and_(a, e.not_(single_bit(e, b)))); }
template <class Env> void bext(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, extract_bit(e, a, b)); }
template <class Env> void bexti(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, extract_bit(e, a, b)); }
template <class Env> void binv(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.xor_(a, single_bit(e, b))); }
template <class Env> void binvi(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.xor_(a, single_bit(e, b))); }
template <class Env> void bset(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.or_(a, single_bit(e, b))); }
template <class Env> void bseti(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.or_(a, single_bit(e, b))); }
// clang-format on

template <class Env>
void czero_eqz(Env& e, const auto& i) {
    const auto [a, b] = sources(e, i);
    const auto zero = e.constant(0);
    e.set_x(i.rd, e.select(e.eq(b, zero), zero, a));
}
template <class Env>
void czero_nez(Env& e, const auto& i) {
    const auto [a, b] = sources(e, i);
    const auto zero = e.constant(0);
    e.set_x(i.rd, e.select(e.eq(b, zero), a, zero));
}

}  // namespace vm::guest::riscv::semantics
