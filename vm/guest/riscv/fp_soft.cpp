#include "vm/guest/riscv/fp_soft.h"

#include <algorithm>
#include <bit>
#include <compare>
#include <limits>
#include <type_traits>
#include <utility>

namespace vm::guest::riscv::fp::soft {
namespace {

__extension__ using Wide = unsigned __int128;

template <class F>
using BitsOutcome = Outcome<Bits<F>>;

int leading_zeros(Wide value) {
    const auto high = static_cast<std::uint64_t>(value >> 64);
    return high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(static_cast<std::uint64_t>(value));
}

// The value (-1)^negative * significand * 2^exponent, the significand not zero.
struct Number {
    bool negative;
    int exponent;
    Wide significand;

    // Of the leading bit.
    int magnitude_exponent() const { return exponent + 127 - leading_zeros(significand); }
};

template <class F>
struct Limits {
    static constexpr int kPrecision = F::kFractionBits + 1;
    static constexpr int kMaxExponent = (1 << (F::kExponentBits - 1)) - 1;
    static constexpr int kMinExponent = 1 - kMaxExponent;
    // The weight of the last bit of subnormals.
    static constexpr int kLeastQuantum = kMinExponent - F::kFractionBits;
};

// A finite value other than zero, its significand's leading bit at bit F::kFractionBits.
template <class F>
Number unpack(Bits<F> a) {
    const auto field = static_cast<int>(magnitude<F>(a) >> F::kFractionBits);
    const Bits<F> fraction = a & ((Bits<F>{1} << F::kFractionBits) - 1);
    if (field != 0) {
        const Bits<F> hidden = Bits<F>{1} << F::kFractionBits;
        return {is_negative<F>(a), field - 1 + Limits<F>::kLeastQuantum, fraction | hidden};
    }
    const int shift = std::countl_zero(fraction) - F::kExponentBits;
    return {is_negative<F>(a), Limits<F>::kLeastQuantum - shift, static_cast<Wide>(fraction) << shift};
}

struct Rounded {
    Wide value;
    bool inexact;
};

bool rounds_away(Rounding rounding, bool negative, bool odd, std::strong_ordering against_half) {
    switch (rounding) {
        case Rounding::rne:
            return std::is_gt(against_half) || (std::is_eq(against_half) && odd);
        case Rounding::rtz:
            return false;
        case Rounding::rdn:
            return negative;
        case Rounding::rup:
            return not negative;
        case Rounding::rmm:
            return std::is_gteq(against_half);
    }
    return false;
}

// number / 2^quantum as an integer; the significand is below 2^127, the result must fit.
Rounded round_to(const Number& number, int quantum, Rounding rounding) {
    int shift = quantum - number.exponent;
    Wide significand = number.significand;
    if (shift <= 0) return {significand << -shift, false};
    if (shift > 127) {  // far below half: any such value rounds the same
        shift = 127;
        significand = 1;
    }
    const Wide kept = significand >> shift;
    const Wide rest = significand & ((Wide{1} << shift) - 1);
    if (rest == 0) return {kept, false};
    const Wide half = Wide{1} << (shift - 1);
    const bool away = rounds_away(rounding, number.negative, (kept & 1) != 0, rest <=> half);
    return {kept + (away ? 1 : 0), true};
}

template <class F>
Outcome<Bits<F>> overflow(bool negative, Rounding rounding) {
    const bool to_infinity = rounds_away(rounding, negative, true, std::strong_ordering::greater);
    const Bits<F> bits = to_infinity ? F::kInfinity : F::kInfinity - 1;
    return {negative ? bits | F::kSign : bits, kOverflow | kInexact};
}

// Whether number rounds to a magnitude below the least normal one, were the exponent's range unbounded.
template <class F>
bool is_tiny(const Number& number, Rounding rounding) {
    const int exponent = number.magnitude_exponent();
    if (exponent != Limits<F>::kMinExponent - 1) return exponent < Limits<F>::kMinExponent;
    const Rounded unbounded = round_to(number, exponent - F::kFractionBits, rounding);
    return unbounded.value >> Limits<F>::kPrecision == 0;
}

template <class F>
Outcome<Bits<F>> pack(const Number& number, Rounding rounding) {
    using L = Limits<F>;
    const int exponent = number.magnitude_exponent();
    if (exponent > L::kMaxExponent) return overflow<F>(number.negative, rounding);
    const int quantum = std::max(exponent, L::kMinExponent) - F::kFractionBits;
    const Rounded rounded = round_to(number, quantum, rounding);
    // The hidden bit, or the carry of the rounding, adds one to the exponent field.
    const auto field = static_cast<Bits<F>>(quantum - L::kLeastQuantum);
    const Bits<F> bits = (field << F::kFractionBits) + static_cast<Bits<F>>(rounded.value);
    if (bits >= F::kInfinity) return overflow<F>(number.negative, rounding);
    std::uint8_t flags = 0;
    if (rounded.inexact) flags = is_tiny<F>(number, rounding) ? kInexact | kUnderflow : kInexact;
    return {number.negative ? bits | F::kSign : bits, flags};
}

template <class F, class... Rest>
Outcome<Bits<F>> propagate_nan(Rest... operands) {
    return {F::kNan, (is_signalling<F>(operands) || ...) ? kInvalid : std::uint8_t{0}};
}

template <class F>
Outcome<Bits<F>> invalid() {
    return {F::kNan, kInvalid};
}

template <class F>
Outcome<Bits<F>> exactly(Bits<F> bits) {
    return {bits, 0};
}

template <class F>
bool is_zero(Bits<F> a) {
    return magnitude<F>(a) == 0;
}

template <class F>
bool is_infinite(Bits<F> a) {
    return magnitude<F>(a) == F::kInfinity;
}

// The zero that x + -x gives.
template <class F>
Bits<F> cancelled(Rounding rounding) {
    return rounding == Rounding::rdn ? F::kSign : 0;
}

Number shift_left_to(const Number& number, int leading_bit) {
    const int shift = leading_bit - (127 - leading_zeros(number.significand));
    return {number.negative, number.exponent - shift, number.significand << shift};
}

Wide shift_right_sticky(Wide value, int shift) {
    if (shift > 127) return 1;
    const bool lost = (value & ((Wide{1} << shift) - 1)) != 0;
    return value >> shift | (lost ? 1 : 0);
}

// x + y for pack; significands have at most 106 bits. With both moved up to bit 124, bits are lost only past
// an exponent difference of 19; then at most one leading bit cancels, and the sticky last bit lies far below
// any rounding.
template <class F>
Outcome<Bits<F>> add_numbers(Number x, Number y, Rounding rounding) {
    x = shift_left_to(x, 124);
    y = shift_left_to(y, 124);
    if (std::pair(x.exponent, x.significand) < std::pair(y.exponent, y.significand)) std::swap(x, y);
    const Wide smaller = shift_right_sticky(y.significand, x.exponent - y.exponent);
    if (x.negative == y.negative) return pack<F>({x.negative, x.exponent, x.significand + smaller}, rounding);
    if (x.significand == smaller) return exactly<F>(cancelled<F>(rounding));
    return pack<F>({x.negative, x.exponent, x.significand - smaller}, rounding);
}

template <class F>
Outcome<Bits<F>> finite_fmadd(Bits<F> a, Bits<F> b, Bits<F> c, Rounding rounding) {
    const Bits<F> product_sign = (a ^ b) & F::kSign;
    if (is_zero<F>(a) || is_zero<F>(b)) {
        if (not is_zero<F>(c) || product_sign == c) return exactly<F>(c);
        return exactly<F>(cancelled<F>(rounding));
    }
    const Number x = unpack<F>(a);
    const Number y = unpack<F>(b);
    const Number product{product_sign != 0, x.exponent + y.exponent, x.significand * y.significand};
    if (is_zero<F>(c)) return pack<F>(product, rounding);
    return add_numbers<F>(product, unpack<F>(c), rounding);
}

// The root of a value below 2^126, rounded down; the last bit of the result is set if there is a remainder.
Wide root_sticky(Wide value) {
    Wide root = 0;
    for (Wide bit = Wide{1} << 62; bit != 0; bit >>= 1) {
        const Wide candidate = root | bit;
        if (candidate * candidate <= value) root = candidate;
    }
    return root | (root * root != value ? 1 : 0);
}

template <class Int>
constexpr std::uint64_t kGreatest = static_cast<std::uint64_t>(std::numeric_limits<Int>::max());
// The magnitude of the least.
template <class Int>
constexpr std::uint64_t kLeast = std::is_signed_v<Int> ? kGreatest<Int> + 1 : 0;

template <class Int>
Outcome<Int> saturated(bool negative) {
    using Limit = std::numeric_limits<Int>;
    return {negative ? Limit::min() : Limit::max(), kInvalid};
}

}  // namespace

template <class F>
Outcome<Bits<F>> add(Bits<F> a, Bits<F> b, Rounding rounding) {
    constexpr auto kOne = static_cast<Bits<F>>(Limits<F>::kMaxExponent) << F::kFractionBits;
    return fmadd<F>(a, kOne, b, rounding);
}

template <class F>
Outcome<Bits<F>> mul(Bits<F> a, Bits<F> b, Rounding rounding) {
    // Adding a zero of the product's sign changes no product.
    return fmadd<F>(a, b, (a ^ b) & F::kSign, rounding);
}

template <class F>
Outcome<Bits<F>> fmadd(Bits<F> a, Bits<F> b, Bits<F> c, Rounding rounding) {
    if ((is_infinite<F>(a) && is_zero<F>(b)) || (is_zero<F>(a) && is_infinite<F>(b))) return invalid<F>();
    if (is_nan<F>(a) || is_nan<F>(b) || is_nan<F>(c)) return propagate_nan<F>(a, b, c);
    if (is_infinite<F>(a) || is_infinite<F>(b)) {
        const Bits<F> product = ((a ^ b) & F::kSign) | F::kInfinity;
        return is_infinite<F>(c) && c != product ? invalid<F>() : exactly<F>(product);
    }
    if (is_infinite<F>(c)) return exactly<F>(c);
    return finite_fmadd<F>(a, b, c, rounding);
}

template <class F>
Outcome<Bits<F>> div(Bits<F> a, Bits<F> b, Rounding rounding) {
    if (is_nan<F>(a) || is_nan<F>(b)) return propagate_nan<F>(a, b);
    const Bits<F> sign = (a ^ b) & F::kSign;
    if (is_infinite<F>(a)) return is_infinite<F>(b) ? invalid<F>() : exactly<F>(sign | F::kInfinity);
    if (is_infinite<F>(b)) return exactly<F>(sign);
    if (is_zero<F>(b)) {
        if (is_zero<F>(a)) return invalid<F>();
        return {sign | F::kInfinity, kDivideByZero};
    }
    if (is_zero<F>(a)) return exactly<F>(sign);
    const Number x = unpack<F>(a);
    const Number y = unpack<F>(b);
    // At least 64 bits of quotient, so the remainder as a sticky last bit decides no rounding wrongly.
    const Wide dividend = x.significand << 64;
    const Wide quotient = dividend / y.significand | (dividend % y.significand != 0 ? 1 : 0);
    return pack<F>({sign != 0, x.exponent - y.exponent - 64, quotient}, rounding);
}

template <class F>
Outcome<Bits<F>> sqrt(Bits<F> a, Rounding rounding) {
    if (is_nan<F>(a)) return propagate_nan<F>(a);
    if (is_zero<F>(a)) return exactly<F>(a);
    if (is_negative<F>(a)) return invalid<F>();
    if (is_infinite<F>(a)) return exactly<F>(a);
    Number x = shift_left_to(unpack<F>(a), 124);
    if (x.exponent % 2 != 0) x = shift_left_to(x, 125);
    return pack<F>({false, x.exponent / 2, root_sticky(x.significand)}, rounding);
}

Outcome<std::uint32_t> narrow(std::uint64_t a, Rounding rounding) {
    if (is_nan<F64>(a)) return {F32::kNan, propagate_nan<F64>(a).flags};
    const std::uint32_t sign = is_negative<F64>(a) ? F32::kSign : 0;
    if (is_infinite<F64>(a)) return exactly<F32>(sign | F32::kInfinity);
    if (is_zero<F64>(a)) return exactly<F32>(sign);
    return pack<F32>(unpack<F64>(a), rounding);
}

template <class F, class Int>
Outcome<Int> to_int(Bits<F> a, Rounding rounding) {
    if (is_nan<F>(a)) return saturated<Int>(false);
    if (is_zero<F>(a)) return {0, 0};
    const bool negative = is_negative<F>(a);
    if (is_infinite<F>(a)) return saturated<Int>(negative);
    const Number number = unpack<F>(a);
    if (number.magnitude_exponent() > 64) return saturated<Int>(negative);
    const Rounded rounded = round_to(number, 0, rounding);
    if (rounded.value > (negative ? kLeast<Int> : kGreatest<Int>)) return saturated<Int>(negative);
    const auto value = static_cast<std::uint64_t>(rounded.value);
    return {static_cast<Int>(negative ? 0 - value : value), rounded.inexact ? kInexact : std::uint8_t{0}};
}

template <class F, class Int>
Outcome<Bits<F>> from_int(Int value, Rounding rounding) {
    if (value == 0) return exactly<F>(0);
    const bool negative = value < 0;
    const auto bits = static_cast<std::uint64_t>(value);
    return pack<F>({negative, 0, negative ? 0 - bits : bits}, rounding);
}

#define VM_FP_INTEGER(F, Int)                                \
    template Outcome<Int> to_int<F, Int>(Bits<F>, Rounding); \
    template BitsOutcome<F> from_int<F, Int>(Int, Rounding);
#define VM_FP_FORMAT(F)                                                    \
    template BitsOutcome<F> add<F>(Bits<F>, Bits<F>, Rounding);            \
    template BitsOutcome<F> mul<F>(Bits<F>, Bits<F>, Rounding);            \
    template BitsOutcome<F> fmadd<F>(Bits<F>, Bits<F>, Bits<F>, Rounding); \
    template BitsOutcome<F> div<F>(Bits<F>, Bits<F>, Rounding);            \
    template BitsOutcome<F> sqrt<F>(Bits<F>, Rounding);                    \
    VM_FP_INTEGER(F, std::int32_t)                                         \
    VM_FP_INTEGER(F, std::uint32_t)                                        \
    VM_FP_INTEGER(F, std::int64_t)                                         \
    VM_FP_INTEGER(F, std::uint64_t)
VM_FP_FORMAT(F32)
VM_FP_FORMAT(F64)
#undef VM_FP_FORMAT
#undef VM_FP_INTEGER

}  // namespace vm::guest::riscv::fp::soft
