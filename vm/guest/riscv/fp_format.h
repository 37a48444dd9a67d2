#pragma once

#include <cstdint>

namespace vm::guest::riscv::fp {

// The rm and frm encodings (Unpriv. 20.2).
enum class Rounding : std::uint8_t { rne, rtz, rdn, rup, rmm };

// fflags (Unpriv. 20.2).
inline constexpr std::uint8_t kInexact = 1;
inline constexpr std::uint8_t kUnderflow = 2;
inline constexpr std::uint8_t kOverflow = 4;
inline constexpr std::uint8_t kDivideByZero = 8;
inline constexpr std::uint8_t kInvalid = 16;

// The two formats. Values are passed as their raw bits.
struct F32 {
    using Bits = std::uint32_t;
    using Host = float;
    static constexpr int kFractionBits = 23;
    static constexpr int kExponentBits = 8;
    static constexpr Bits kSign = 0x8000'0000;
    static constexpr Bits kInfinity = 0x7f80'0000;
    static constexpr Bits kNan = 0x7fc0'0000;  // the canonical NaN
    static constexpr Bits kQuiet = 0x0040'0000;
};

struct F64 {
    using Bits = std::uint64_t;
    using Host = double;
    static constexpr int kFractionBits = 52;
    static constexpr int kExponentBits = 11;
    static constexpr Bits kSign = 0x8000'0000'0000'0000;
    static constexpr Bits kInfinity = 0x7ff0'0000'0000'0000;
    static constexpr Bits kNan = 0x7ff8'0000'0000'0000;
    static constexpr Bits kQuiet = 0x0008'0000'0000'0000;
};

template <class F>
using Bits = typename F::Bits;

template <class F>
constexpr Bits<F> magnitude(Bits<F> a) {
    return a & ~F::kSign;
}

template <class F>
constexpr bool is_negative(Bits<F> a) {
    return (a & F::kSign) != 0;
}

template <class F>
constexpr bool is_nan(Bits<F> a) {
    return magnitude<F>(a) > F::kInfinity;
}

template <class F>
constexpr bool is_signalling(Bits<F> a) {
    return is_nan<F>(a) && (a & F::kQuiet) == 0;
}

}  // namespace vm::guest::riscv::fp
