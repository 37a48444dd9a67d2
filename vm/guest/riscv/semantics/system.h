#pragma once

// Fences, environment calls, CSR accesses and privileged instructions (Unpriv. 2.7, 2.8, 6, 7; Priv. 3.3).

#include "vm/guest/riscv/semantics/integer.h"

namespace vm::guest::riscv::semantics {

enum class CsrUpdate : std::uint8_t { write, set, clear };

template <class Env>
void fence(Env& e, const auto&) {
    e.fence();
}
template <class Env>
void fence_i(Env& e, const auto&) {
    e.fence_i();
}
template <class Env>
void ecall(Env& e, const auto&) {
    e.environment_call();
}
template <class Env>
void ebreak(Env& e, const auto& i) {
    e.breakpoint(i);
}
template <class Env>
void illegal(Env& e, const auto&) {
    e.illegal_instruction();
}
template <class Env>
void mret(Env& e, const auto&) {
    e.machine_return();
}
template <class Env>
void wfi(Env& e, const auto&) {
    e.wait_for_interrupt();
}

template <class Env>
void sret(Env& e, const auto&) {
    e.supervisor_return();
}

// x0 as an operand stands for all addresses or all address spaces. sinval.vma may be carried out at once, and
// is; the fences around it have nothing left to order. (Priv. 12.2.1, Svinval)
template <class Env>
void sfence_vma(Env& e, const auto& i) {
    e.translation_fence(i, e.x(i.rs1), e.x(i.rs2));
}
template <class Env>
void sinval_vma(Env& e, const auto& i) {
    e.translation_fence(i, e.x(i.rs1), e.x(i.rs2));
}
template <class Env>
void sfence_w_inval(Env& e, const auto&) {
    e.invalidation_fence();
}
template <class Env>
void sfence_inval_ir(Env& e, const auto&) {
    e.invalidation_fence();
}

// No CSR of this hart has a side effect when read, so a read whose result goes to x0 needs no exception. A
// set or clear naming x0 or the immediate 0 does not write at all, whatever the register held. (Unpriv. 6.1)
// clang-format off
template <class Env> void csrrw(Env& e, const auto& i) { e.set_x(i.rd, e.csr(i, CsrUpdate::write, e.x(i.rs1))); }
template <class Env> void csrrs(Env& e, const auto& i) { e.set_x(i.rd, i.rs1 == 0 ? e.csr_read(i) : e.csr(i, CsrUpdate::set, e.x(i.rs1))); }
template <class Env> void csrrc(Env& e, const auto& i) { e.set_x(i.rd, i.rs1 == 0 ? e.csr_read(i) : e.csr(i, CsrUpdate::clear, e.x(i.rs1))); }
template <class Env> void csrrwi(Env& e, const auto& i) { e.set_x(i.rd, e.csr(i, CsrUpdate::write, e.constant(i.rs1))); }
template <class Env> void csrrsi(Env& e, const auto& i) { e.set_x(i.rd, i.rs1 == 0 ? e.csr_read(i) : e.csr(i, CsrUpdate::set, e.constant(i.rs1))); }
template <class Env> void csrrci(Env& e, const auto& i) { e.set_x(i.rd, i.rs1 == 0 ? e.csr_read(i) : e.csr(i, CsrUpdate::clear, e.constant(i.rs1))); }
// clang-format on

}  // namespace vm::guest::riscv::semantics
