#pragma once

#include <cstdint>

namespace vm {

// Bits [low, low + count) of value, moved down to bit 0. count is 1 to 63.
constexpr std::uint64_t bits(std::uint64_t value, unsigned low, unsigned count) {
    return (value >> low) & ((std::uint64_t{1} << count) - 1);
}

constexpr bool bit(std::uint64_t value, unsigned position) { return (value >> position & 1) != 0; }

// The low `width` bits of value (1 to 64) as a two's complement number, in 64 bits.
constexpr std::uint64_t sign_extend(std::uint64_t value, unsigned width) {
    const unsigned shift = 64 - width;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift);
}

constexpr std::uint64_t sext32(std::uint64_t value) { return sign_extend(value, 32); }
constexpr std::uint64_t zext32(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::int64_t as_signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
constexpr std::int32_t as_signed32(std::uint64_t value) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
}
constexpr std::uint64_t as_unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

// value rounded down or up to a multiple of `alignment`, a power of two.
constexpr std::uint64_t align_down(std::uint64_t value, std::uint64_t alignment) {
    return value & ~(alignment - 1);
}
constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
    return align_down(value + alignment - 1, alignment);
}

}  // namespace vm
