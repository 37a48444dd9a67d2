#pragma once

// Load-reserved, store-conditional and read-modify-write (Unpriv. 14). The environment orders them
// sequentially, which is stronger than aq and rl ask for.

#include "vm/guest/riscv/semantics/memory.h"

namespace vm::guest::riscv::semantics {

enum class Amo : std::uint8_t { swap, add, xor_, and_, or_, min, max, minu, maxu };

// clang-format off
template <class Env> void lr_w(Env& e, const auto& i) { e.set_x(i.rd, e.load_reserved(e.x(i.rs1), MemType::s32)); }
template <class Env> void lr_d(Env& e, const auto& i) { e.set_x(i.rd, e.load_reserved(e.x(i.rs1), MemType::u64)); }
template <class Env> void sc_w(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.store_conditional(a, MemType::s32, b)); }
template <class Env> void sc_d(Env& e, const auto& i) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.store_conditional(a, MemType::u64, b)); }

template <class Env> void amo32(Env& e, const auto& i, Amo op) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.atomic(op, a, MemType::s32, b)); }
template <class Env> void amo64(Env& e, const auto& i, Amo op) { const auto [a, b] = sources(e, i); e.set_x(i.rd, e.atomic(op, a, MemType::u64, b)); }

template <class Env> void amoswap_w(Env& e, const auto& i) { amo32(e, i, Amo::swap); }
template <class Env> void amoadd_w(Env& e, const auto& i) { amo32(e, i, Amo::add); }
template <class Env> void amoxor_w(Env& e, const auto& i) { amo32(e, i, Amo::xor_); }
template <class Env> void amoand_w(Env& e, const auto& i) { amo32(e, i, Amo::and_); }
template <class Env> void amoor_w(Env& e, const auto& i) { amo32(e, i, Amo::or_); }
template <class Env> void amomin_w(Env& e, const auto& i) { amo32(e, i, Amo::min); }
template <class Env> void amomax_w(Env& e, const auto& i) { amo32(e, i, Amo::max); }
template <class Env> void amominu_w(Env& e, const auto& i) { amo32(e, i, Amo::minu); }
template <class Env> void amomaxu_w(Env& e, const auto& i) { amo32(e, i, Amo::maxu); }
template <class Env> void amoswap_d(Env& e, const auto& i) { amo64(e, i, Amo::swap); }
template <class Env> void amoadd_d(Env& e, const auto& i) { amo64(e, i, Amo::add); }
template <class Env> void amoxor_d(Env& e, const auto& i) { amo64(e, i, Amo::xor_); }
template <class Env> void amoand_d(Env& e, const auto& i) { amo64(e, i, Amo::and_); }
template <class Env> void amoor_d(Env& e, const auto& i) { amo64(e, i, Amo::or_); }
template <class Env> void amomin_d(Env& e, const auto& i) { amo64(e, i, Amo::min); }
template <class Env> void amomax_d(Env& e, const auto& i) { amo64(e, i, Amo::max); }
template <class Env> void amominu_d(Env& e, const auto& i) { amo64(e, i, Amo::minu); }
template <class Env> void amomaxu_d(Env& e, const auto& i) { amo64(e, i, Amo::maxu); }
// clang-format on

}  // namespace vm::guest::riscv::semantics
