#pragma once

#include <array>
#include <cstdint>

#include "vm/jit/edge_abi.h"
#include "vm/jit/memory_model.h"

// Which host register does what in compiled code; the numbers are x86-64's.
namespace vm::jit {

inline constexpr std::uint8_t kRax = 0;
inline constexpr std::uint8_t kRcx = 1;
inline constexpr std::uint8_t kRdx = 2;
inline constexpr std::uint8_t kRbx = 3;
inline constexpr std::uint8_t kRsp = 4;
inline constexpr std::uint8_t kRbp = 5;
inline constexpr std::uint8_t kRsi = 6;
inline constexpr std::uint8_t kRdi = 7;

// The guest's state, the countdown, and where the guest's memory lies.
inline constexpr std::uint8_t kStateRegister = kRbp;
inline constexpr std::uint8_t kCountdownRegister = 14;
inline constexpr std::uint8_t kMemoryRegister = 15;
// Without translation the memory register holds so much less than where memory begins, at a page: its low six
// bits are kAddressBits then, by which shifts take it as their amount.
inline constexpr std::int32_t kMemoryBias = 64 - kAddressBits;
// Never hold a value from one node to the next.
inline constexpr std::uint8_t kScratch = kRax;
inline constexpr std::uint8_t kVectorScratch = 0;
inline constexpr std::uint8_t kVectorScratch2 = 1;

inline constexpr std::array<std::uint8_t, kIntegerHomes> kIntegerHomeRegisters = {kRbx, kRsi, kRdi, 8, 9,
                                                                                  10,   11,   12,   13};
inline constexpr std::uint8_t kFirstFloatHome = 4;  // xmm4 and up

constexpr std::uint8_t host_register(Home home) {
    return is_float_home(home) ? static_cast<std::uint8_t>(kFirstFloatHome + home - kIntegerHomes)
                               : kIntegerHomeRegisters[home];
}

using RegisterMask = std::uint32_t;
constexpr RegisterMask mask_of(std::uint8_t number) { return RegisterMask{1} << number; }

// Registers that values may lie in.
inline constexpr RegisterMask kIntegerHomeMask = [] {
    RegisterMask homes = 0;
    for (const std::uint8_t number : kIntegerHomeRegisters) homes |= mask_of(number);
    return homes;
}();
inline constexpr RegisterMask kFloatHomeMask = 0xfff0;
inline constexpr RegisterMask kGeneralPool = kIntegerHomeMask | mask_of(kRcx) | mask_of(kRdx);
inline constexpr RegisterMask kVectorPool = kFloatHomeMask | 0xc;

}  // namespace vm::jit
