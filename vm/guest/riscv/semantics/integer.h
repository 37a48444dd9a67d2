#pragma once

// RV64I and M arithmetic (Unpriv. 2, 5, 13). Each function says what one instruction means in terms of an
// environment's values; see docs/ADDING-AN-INSTRUCTION.md for what an environment offers.

#include <cstdint>

#include "vm/base/bits.h"
#include "vm/guest/riscv/insn.h"

namespace vm::guest::riscv::semantics {

template <class Env>
struct Sources {
    typename Env::Value a;
    typename Env::Value b;
};

// rs1 and rs2, read in that order.
template <class Env>
Sources<Env> sources(Env& e, const auto& i) {
    const auto a = e.x(i.rs1);
    const auto b = e.x(i.rs2);
    return {a, b};
}

// rs1 and the immediate.
template <class Env>
Sources<Env> source_and_imm(Env& e, const auto& i) {
    const auto a = e.x(i.rs1);
    const auto b = e.constant(as_unsigned(i.imm));
    return {a, b};
}

template <class Env>
void lui(Env& e, const auto& i) {
    e.set_x(i.rd, e.constant(as_unsigned(i.imm)));
}
template <class Env>
void auipc(Env& e, const auto& i) {
    e.set_x(i.rd, e.constant(e.pc(i) + as_unsigned(i.imm)));
}

// clang-format off
template <class Env> void addi(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.add(a, b)); }
template <class Env> void slti(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.lt_signed(a, b)); }
template <class Env> void sltiu(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.lt_unsigned(a, b)); }
template <class Env> void xori(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.xor_(a, b)); }
template <class Env> void ori(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.or_(a, b)); }
template <class Env> void andi(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.and_(a, b)); }
template <class Env> void slli(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.shl(a, b)); }
template <class Env> void srli(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.shr(a, b)); }
template <class Env> void srai(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.sar(a, b)); }

template <class Env> void add(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.add(a, b)); }
template <class Env> void sub(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.sub(a, b)); }
template <class Env> void sll(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.shl(a, b)); }
template <class Env> void slt(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.lt_signed(a, b)); }
template <class Env> void sltu(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.lt_unsigned(a, b)); }
template <class Env> void xor_(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.xor_(a, b)); }
template <class Env> void srl(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.shr(a, b)); }
template <class Env> void sra(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.sar(a, b)); }
template <class Env> void or_(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.or_(a, b)); }
template <class Env> void and_(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.and_(a, b)); }

template <class Env> void addiw(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.sext32(e.add(a, b))); }
template <class Env> void slliw(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.sext32(e.shl(a, b))); }
template <class Env> void srliw(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.sext32(e.shr(e.zext32(a), b))); }
template <class Env> void sraiw(Env& e, const auto& i) { const auto [a, b] = source_and_imm(e, i); e.set_x(i.rd, e.sar(e.sext32(a), b)); }
template <class Env> void addw(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.sext32(e.add(a, b))); }
template <class Env> void subw(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.sext32(e.sub(a, b))); }
// clang-format on

// Amounts of 32-bit shifts are the low five bits of rs2.
template <class Env>
auto amount32(Env& e, typename Env::Value value) {
    return e.and_(value, e.constant(31));
}

template <class Env>
void sllw(Env& e, const auto& i) {
    const auto [a, b] = sources(e, i);
    e.set_x(i.rd, e.sext32(e.shl(a, amount32(e, b))));
}
template <class Env>
void srlw(Env& e, const auto& i) {
    const auto [a, b] = sources(e, i);
    const auto low = e.zext32(a);
    e.set_x(i.rd, e.sext32(e.shr(low, amount32(e, b))));
}
template <class Env>
void sraw(Env& e, const auto& i) {
    const auto [a, b] = sources(e, i);
    const auto low = e.sext32(a);
    e.set_x(i.rd, e.sar(low, amount32(e, b)));
}

// Division is total: the environment's quotient by zero is all ones, its remainder the dividend, and the
// overflowing quotient the dividend with remainder zero (Unpriv. 13.2, table 11). 32-bit forms follow from
// the 64-bit ones.
// clang-format off
template <class Env> void mul(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.mul(a, b)); }
template <class Env> void mulh(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.mul_high_signed(a, b)); }
template <class Env> void mulhsu(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.mul_high_signed_unsigned(a, b)); }
template <class Env> void mulhu(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.mul_high_unsigned(a, b)); }
template <class Env> void div(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.div_signed(a, b)); }
template <class Env> void divu(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.div_unsigned(a, b)); }
template <class Env> void rem(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.rem_signed(a, b)); }
template <class Env> void remu(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.rem_unsigned(a, b)); }
template <class Env> void mulw(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.sext32(e.mul(a, b))); }
// clang-format on

template <class Env>
Sources<Env> signed_words(Env& e, const auto& i) {
    const auto [a, b] = sources(e, i);
    const auto low_a = e.sext32(a);
    const auto low_b = e.sext32(b);
    return {low_a, low_b};
}
template <class Env>
Sources<Env> unsigned_words(Env& e, const auto& i) {
    const auto [a, b] = sources(e, i);
    const auto low_a = e.zext32(a);
    const auto low_b = e.zext32(b);
    return {low_a, low_b};
}

// clang-format off
template <class Env> void divw(Env& e, const auto& i) { const auto [a, b] = signed_words(e, i); e.set_x(i.rd, e.sext32(e.div_signed(a, b))); }
template <class Env> void divuw(Env& e, const auto& i) { const auto [a, b] = unsigned_words(e, i); e.set_x(i.rd, e.sext32(e.div_unsigned(a, b))); }
template <class Env> void remw(Env& e, const auto& i) { const auto [a, b] = signed_words(e, i); e.set_x(i.rd, e.sext32(e.rem_signed(a, b))); }
template <class Env> void remuw(Env& e, const auto& i) { const auto [a, b] = unsigned_words(e, i); e.set_x(i.rd, e.sext32(e.rem_unsigned(a, b))); }
// clang-format on

}  // namespace vm::guest::riscv::semantics
