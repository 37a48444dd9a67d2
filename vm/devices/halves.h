#pragma once

#include <cstdint>

namespace vm::devices {

// Many 64-bit registers are read and written as two of 32 bits.
constexpr std::uint32_t low_half(std::uint64_t whole) { return static_cast<std::uint32_t>(whole); }
constexpr std::uint32_t high_half(std::uint64_t whole) { return static_cast<std::uint32_t>(whole >> 32); }

// whole with one half replaced by the low 32 bits of value.
constexpr std::uint64_t with_low_half(std::uint64_t whole, std::uint64_t value) {
    return std::uint64_t{high_half(whole)} << 32 | low_half(value);
}
constexpr std::uint64_t with_high_half(std::uint64_t whole, std::uint64_t value) {
    return value << 32 | low_half(whole);
}

}  // namespace vm::devices
