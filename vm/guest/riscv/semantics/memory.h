#pragma once

// Integer and floating-point loads and stores (Unpriv. 2.6, 20.5, 21.3). Misaligned accesses work.

#include "vm/guest/riscv/semantics/integer.h"

namespace vm::guest::riscv::semantics {

// What a load makes of the bytes it finds.
enum class MemType : std::uint8_t { s8, s16, s32, u8, u16, u32, u64 };

template <class Env>
auto address(Env& e, const auto& i) {
    const auto [a, b] = source_and_imm(e, i);
    return e.add(a, b);
}

// clang-format off
template <class Env> void lb(Env& e, const auto& i) { e.set_x(i.rd, e.load(address(e, i), MemType::s8)); }
template <class Env> void lh(Env& e, const auto& i) { e.set_x(i.rd, e.load(address(e, i), MemType::s16)); }
template <class Env> void lw(Env& e, const auto& i) { e.set_x(i.rd, e.load(address(e, i), MemType::s32)); }
template <class Env> void ld(Env& e, const auto& i) { e.set_x(i.rd, e.load(address(e, i), MemType::u64)); }
template <class Env> void lbu(Env& e, const auto& i) { e.set_x(i.rd, e.load(address(e, i), MemType::u8)); }
template <class Env> void lhu(Env& e, const auto& i) { e.set_x(i.rd, e.load(address(e, i), MemType::u16)); }
template <class Env> void lwu(Env& e, const auto& i) { e.set_x(i.rd, e.load(address(e, i), MemType::u32)); }
template <class Env> void flw(Env& e, const auto& i) { e.set_f32(i.rd, e.load(address(e, i), MemType::u32)); }
template <class Env> void fld(Env& e, const auto& i) { e.set_f64(i.rd, e.load(address(e, i), MemType::u64)); }

template <class Env> void sb(Env& e, const auto& i) { const auto to = address(e, i); e.store(to, MemType::u8, e.x(i.rs2)); }
template <class Env> void sh(Env& e, const auto& i) { const auto to = address(e, i); e.store(to, MemType::u16, e.x(i.rs2)); }
template <class Env> void sw(Env& e, const auto& i) { const auto to = address(e, i); e.store(to, MemType::u32, e.x(i.rs2)); }
template <class Env> void sd(Env& e, const auto& i) { const auto to = address(e, i); e.store(to, MemType::u64, e.x(i.rs2)); }
// Single-precision stores and moves pass the low bits on whether they are boxed or not. (Unpriv. 21.2)
template <class Env> void fsw(Env& e, const auto& i) { const auto to = address(e, i); e.store(to, MemType::u32, e.f64(i.rs2)); }
template <class Env> void fsd(Env& e, const auto& i) { const auto to = address(e, i); e.store(to, MemType::u64, e.f64(i.rs2)); }
// clang-format on

}  // namespace vm::guest::riscv::semantics
