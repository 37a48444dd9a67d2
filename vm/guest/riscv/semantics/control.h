#pragma once

// Jumps and branches (Unpriv. 2.5). With C every even target is aligned, so none of them traps.

#include "vm/guest/riscv/semantics/integer.h"

namespace vm::guest::riscv::semantics {

template <class Env>
void jal(Env& e, const auto& i) {
    e.set_x(i.rd, e.constant(e.next_pc(i)));
    e.jump(i);
}

// The target is formed before the link is written: rd may be rs1.
template <class Env>
void jalr(Env& e, const auto& i) {
    const auto [a, b] = source_and_imm(e, i);
    const auto target = e.and_(e.add(a, b), e.constant(~std::uint64_t{1}));
    e.set_x(i.rd, e.constant(e.next_pc(i)));
    e.jump_to(target);
}

// clang-format off
template <class Env> void beq(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.branch(i, e.eq(a, b)); }
template <class Env> void bne(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.branch(i, e.ne(a, b)); }
template <class Env> void blt(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.branch(i, e.lt_signed(a, b)); }
template <class Env> void bge(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.branch(i, e.ge_signed(a, b)); }
template <class Env> void bltu(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.branch(i, e.lt_unsigned(a, b)); }
template <class Env> void bgeu(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.branch(i, e.ge_unsigned(a, b)); }
// clang-format on

}  // namespace vm::guest::riscv::semantics
