#pragma once

#include <cstdint>

#include "vm/mem/address.h"

namespace suites::memory_sizes {

// The order in which a footprint (a power of two) is visited: byte positions that are multiples of the width,
// each one cache line and one element after the last, modulo the footprint. The step is an odd number of
// elements, so every element comes once a round.
struct Walk {
    static constexpr std::uint64_t kLine = 64;

    std::uint64_t width;
    std::uint64_t footprint;

    constexpr std::uint64_t next(std::uint64_t position) const {
        return (position + kLine + width) & (footprint - 1);
    }
    constexpr std::uint64_t elements() const { return footprint / width; }
    // Where the access with this number is.
    constexpr std::uint64_t at(std::uint64_t number) const {
        return number * (kLine + width) & (footprint - 1);
    }
};

// What memory holds before a read: the 8 bytes at offset 8 * index are mixed from the index, so that a scalar
// of any width at any offset can be known without reading it.
constexpr std::uint64_t pattern_word(std::uint64_t index) {
    std::uint64_t word = index * 0x9e3779b97f4a7c15;
    word ^= word >> 29;
    return word * 0xbf58476d1ce4e5b9;
}

// The 8 pattern bytes from any offset on, little-endian.
constexpr std::uint64_t pattern_at(std::uint64_t offset) {
    const std::uint64_t shift = offset % 8 * 8;
    const std::uint64_t low = pattern_word(offset / 8) >> shift;
    return shift == 0 ? low : low | pattern_word(offset / 8 + 1) << (64 - shift);
}

// Sum of the scalars of type T that `count` accesses of a walk from its start see, `offset` bytes beyond it.
template <class T>
constexpr std::uint64_t pattern_sum(const Walk& walk, std::uint64_t offset, std::uint64_t count) {
    const auto sum_of = [&](std::uint64_t accesses) {
        std::uint64_t sum = 0;
        std::uint64_t position = 0;
        for (std::uint64_t i = 0; i < accesses; ++i, position = walk.next(position)) {
            sum += static_cast<T>(pattern_at(offset + position));
        }
        return sum;
    };
    const std::uint64_t rounds = count / walk.elements();
    const std::uint64_t all = rounds == 0 ? 0 : rounds * sum_of(walk.elements());
    return all + sum_of(count % walk.elements());
}

}  // namespace suites::memory_sizes
