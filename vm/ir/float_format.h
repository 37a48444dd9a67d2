#pragma once

#include <cstdint>

#include "vm/ir/type.h"

namespace vm::ir {

// Where the bits of a floating-point type lie (IEEE 754-2019, 3.4).
struct FloatFormat {
    std::uint64_t sign;
    std::uint64_t infinity;
    std::uint64_t quiet;  // the bit that tells quiet NaNs from signalling ones
    std::uint64_t smallest_normal;

    // The one NaN that guests see: positive, quiet, no payload. (RISC-V Unpriv. 20.3)
    constexpr std::uint64_t canonical_nan() const { return infinity | quiet; }
    constexpr std::uint64_t magnitude(std::uint64_t bits) const { return bits & (sign - 1); }
    constexpr bool is_nan(std::uint64_t bits) const { return magnitude(bits) > infinity; }
    constexpr bool is_signalling(std::uint64_t bits) const { return is_nan(bits) and (bits & quiet) == 0; }
};

constexpr FloatFormat float_format(Type type) {
    if (type == Type::f32) return {0x8000'0000, 0x7f80'0000, 0x0040'0000, 0x0080'0000};
    return {0x8000'0000'0000'0000, 0x7ff0'0000'0000'0000, 0x0008'0000'0000'0000, 0x0010'0000'0000'0000};
}

// A boxed single has all ones above it. (RISC-V Unpriv. 21.2)
inline constexpr std::uint64_t kBox = 0xffff'ffff'0000'0000;

}  // namespace vm::ir
