#pragma once

#include <cstdint>

#include "vm/guest/riscv/semantics/atomic.h"
#include "vm/ir/opcode.h"

namespace vm::guest::riscv {

// The calls of lifted blocks, by number: what whoever runs them must carry out. Operands and results are i64;
// results of 32-bit forms are sign-extended. All are sequentially consistent, which is stronger than aq and
// rl ask for.
//
// Addresses must be naturally aligned (Unpriv. 14.1). A helper whose access traps leaves memory as it is,
// keeps the trap for whoever runs the block, and leaves the block before the instruction. None reads or
// writes a register; what they keep of a hart is Hart::reservation.
enum class LiftHelper : std::uint32_t {
    // (address): the value there, which is reserved from then on. One that traps ends the reservation.
    lr_w,
    lr_d,
    // (address, value): 0 where the value was stored, 1 where not, by the rule of Reservation. Ends the
    // reservation, unless it traps.
    sc_w,
    sc_d,
    // (address, value): the value there before. This number and the following are of semantics::Amo, in its
    // order.
    amo_w,
    amo_d = amo_w + static_cast<std::uint32_t>(semantics::Amo::maxu) + 1,
    count = amo_d + static_cast<std::uint32_t>(semantics::Amo::maxu) + 1
};

// What each of these calls does besides computing.
inline constexpr std::uint16_t kAtomicEffects = ir::kExits | ir::kReadsMemory | ir::kWritesMemory;

constexpr LiftHelper load_reserved_helper(semantics::MemType type) {
    return type == semantics::MemType::s32 ? LiftHelper::lr_w : LiftHelper::lr_d;
}
constexpr LiftHelper store_conditional_helper(semantics::MemType type) {
    return type == semantics::MemType::s32 ? LiftHelper::sc_w : LiftHelper::sc_d;
}
constexpr LiftHelper amo_helper(semantics::Amo amo, semantics::MemType type) {
    const auto first =
        static_cast<std::uint32_t>(type == semantics::MemType::s32 ? LiftHelper::amo_w : LiftHelper::amo_d);
    return static_cast<LiftHelper>(first + static_cast<std::uint32_t>(amo));
}

// What a helper accesses memory as.
constexpr semantics::MemType mem_type(LiftHelper helper) {
    const bool word = helper == LiftHelper::lr_w or helper == LiftHelper::sc_w or
                      (helper >= LiftHelper::amo_w and helper < LiftHelper::amo_d);
    return word ? semantics::MemType::s32 : semantics::MemType::u64;
}
// Of a helper from amo_w on.
constexpr semantics::Amo amo_of(LiftHelper helper) {
    const LiftHelper first = helper < LiftHelper::amo_d ? LiftHelper::amo_w : LiftHelper::amo_d;
    return static_cast<semantics::Amo>(static_cast<std::uint32_t>(helper) -
                                       static_cast<std::uint32_t>(first));
}

}  // namespace vm::guest::riscv
