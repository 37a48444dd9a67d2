#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "vm/guest/riscv/fp_format.h"
#include "vm/guest/riscv/fp_x64.h"

// Guest floating point (Unpriv. 20 and 21) on the host's. The thread's MXCSR is the one truth for the accrued
// flags while a HostEnvironment lives; every function here needs one alive, and plain C++ floating-point
// arithmetic must not run meanwhile: it would see the guest's rounding and add flags of its own.
//
// Operations without a Rounding run in the rounding mode of the environment; those with one carry any mode,
// rmm included, and are slower. All raise their flags in MXCSR and return the canonical NaN for every NaN
// result. F is F32 or F64, Int one of the four 32 and 64-bit integers.
namespace vm::guest::riscv::fp {

// Enters guest floating point on construction (exceptions masked, denormals exact, flags clear), restores the
// host's MXCSR on destruction. frm is the CSR's value: the host has no rmm, so rmm and the reserved values 5
// to 7 leave the hardware at rne and the caller must use the operations with an explicit Rounding (or refuse
// the reserved ones). The static members act on the calling thread.
class HostEnvironment {
  public:
    explicit HostEnvironment(std::uint8_t frm);
    ~HostEnvironment() { host::write_mxcsr(saved_); }
    HostEnvironment(const HostEnvironment&) = delete;
    HostEnvironment& operator=(const HostEnvironment&) = delete;

    // Accrued exceptions since construction or clear_flags(), as fflags.
    static std::uint8_t fflags();
    static void clear_flags();
    static void raise(std::uint8_t flags);
    static void set_rounding(std::uint8_t frm);
    // The hardware's mode: never rmm.
    static Rounding rounding();

  private:
    std::uint32_t saved_;
};

namespace detail {

template <class F>
typename F::Host to_host(Bits<F> a) {
    return std::bit_cast<typename F::Host>(a);
}

// The empty statement keeps the compiler from making the rare case a conditional move on the result's path.
template <class F>
Bits<F> canonical(typename F::Host x) {
    if (__builtin_expect(x != x, 0)) {
        asm volatile("");
        return F::kNan;
    }
    return std::bit_cast<Bits<F>>(x);
}

// The canonical NaN; raises invalid for infinity times zero plus a quiet NaN, where x86 raises nothing
// (Unpriv. 20.6).
template <class F>
[[gnu::cold, gnu::noinline]] Bits<F> fused_nan(Bits<F> a, Bits<F> b);

// a * b + c in the current mode for builds that may not assume FMA: asks the processor, else computes in
// integers.
template <class F>
[[gnu::noinline]] Bits<F> fused_portable(Bits<F> a, Bits<F> b, Bits<F> c);

template <class F>
[[gnu::cold, gnu::noinline]] Bits<F> min_max_nan(Bits<F> a, Bits<F> b);

template <class F, class Int>
[[gnu::cold, gnu::noinline]] Int to_int_cold(Bits<F> a, Rounding rounding);

template <class F>
[[gnu::cold, gnu::noinline]] Bits<F> from_large_unsigned(std::uint64_t value);

template <class F>
Bits<F> fused_result(Bits<F> a, Bits<F> b, typename F::Host x) {
    if (__builtin_expect(x != x, 0)) return fused_nan<F>(a, b);
    return std::bit_cast<Bits<F>>(x);
}

// Maps the values but NaN to integers in their order, -0 before +0.
template <class F>
std::make_signed_t<Bits<F>> order(Bits<F> a) {
    using Signed = std::make_signed_t<Bits<F>>;
    const auto sign =
        static_cast<Bits<F>>(static_cast<Signed>(a) >> (std::numeric_limits<Bits<F>>::digits - 1));
    return static_cast<Signed>(a ^ (sign >> 1));
}

}  // namespace detail

// Arithmetic.

template <class F>
Bits<F> add(Bits<F> a, Bits<F> b) {
    return detail::canonical<F>(host::add(detail::to_host<F>(a), detail::to_host<F>(b)));
}

template <class F>
Bits<F> sub(Bits<F> a, Bits<F> b) {
    return detail::canonical<F>(host::sub(detail::to_host<F>(a), detail::to_host<F>(b)));
}

template <class F>
Bits<F> mul(Bits<F> a, Bits<F> b) {
    return detail::canonical<F>(host::mul(detail::to_host<F>(a), detail::to_host<F>(b)));
}

template <class F>
Bits<F> div(Bits<F> a, Bits<F> b) {
    return detail::canonical<F>(host::div(detail::to_host<F>(a), detail::to_host<F>(b)));
}

template <class F>
Bits<F> sqrt(Bits<F> a) {
    return detail::canonical<F>(host::sqrt(detail::to_host<F>(a)));
}

// a * b + c
template <class F>
Bits<F> fmadd(Bits<F> a, Bits<F> b, Bits<F> c) {
    if constexpr (not host::kFma) return detail::fused_portable<F>(a, b, c);
    return detail::fused_result<F>(
        a, b, host::fmadd(detail::to_host<F>(a), detail::to_host<F>(b), detail::to_host<F>(c)));
}

// a * b - c
template <class F>
Bits<F> fmsub(Bits<F> a, Bits<F> b, Bits<F> c) {
    if constexpr (not host::kFma) return detail::fused_portable<F>(a, b, c ^ F::kSign);
    return detail::fused_result<F>(
        a, b, host::fmsub(detail::to_host<F>(a), detail::to_host<F>(b), detail::to_host<F>(c)));
}

// -(a * b) + c
template <class F>
Bits<F> fnmsub(Bits<F> a, Bits<F> b, Bits<F> c) {
    if constexpr (not host::kFma) return detail::fused_portable<F>(a ^ F::kSign, b, c);
    return detail::fused_result<F>(
        a, b, host::fnmsub(detail::to_host<F>(a), detail::to_host<F>(b), detail::to_host<F>(c)));
}

// -(a * b) - c
template <class F>
Bits<F> fnmadd(Bits<F> a, Bits<F> b, Bits<F> c) {
    if constexpr (not host::kFma) return detail::fused_portable<F>(a ^ F::kSign, b, c ^ F::kSign);
    return detail::fused_result<F>(
        a, b, host::fnmadd(detail::to_host<F>(a), detail::to_host<F>(b), detail::to_host<F>(c)));
}

template <class F>
Bits<F> add(Bits<F> a, Bits<F> b, Rounding rounding);
template <class F>
Bits<F> sub(Bits<F> a, Bits<F> b, Rounding rounding);
template <class F>
Bits<F> mul(Bits<F> a, Bits<F> b, Rounding rounding);
template <class F>
Bits<F> div(Bits<F> a, Bits<F> b, Rounding rounding);
template <class F>
Bits<F> sqrt(Bits<F> a, Rounding rounding);
template <class F>
Bits<F> fmadd(Bits<F> a, Bits<F> b, Bits<F> c, Rounding rounding);

template <class F>
Bits<F> fmsub(Bits<F> a, Bits<F> b, Bits<F> c, Rounding rounding) {
    return fmadd<F>(a, b, c ^ F::kSign, rounding);
}

template <class F>
Bits<F> fnmsub(Bits<F> a, Bits<F> b, Bits<F> c, Rounding rounding) {
    return fmadd<F>(a ^ F::kSign, b, c, rounding);
}

template <class F>
Bits<F> fnmadd(Bits<F> a, Bits<F> b, Bits<F> c, Rounding rounding) {
    return fmadd<F>(a ^ F::kSign, b, c ^ F::kSign, rounding);
}

// Comparisons: eq is quiet, lt and le raise invalid for every NaN (Unpriv. 20.8). False when unordered.

template <class F>
bool eq(Bits<F> a, Bits<F> b) {
    return host::eq(detail::to_host<F>(a), detail::to_host<F>(b));
}

template <class F>
bool lt(Bits<F> a, Bits<F> b) {
    return host::lt(detail::to_host<F>(a), detail::to_host<F>(b));
}

template <class F>
bool le(Bits<F> a, Bits<F> b) {
    return host::le(detail::to_host<F>(a), detail::to_host<F>(b));
}

// IEEE 754-2019 minimumNumber and maximumNumber: the number beats a NaN, -0 is less than +0, signalling NaNs
// raise invalid (Unpriv. 20.6).

template <class F>
Bits<F> min(Bits<F> a, Bits<F> b) {
    if (__builtin_expect(is_nan<F>(a) || is_nan<F>(b), 0)) return detail::min_max_nan<F>(a, b);
    return detail::order<F>(a) < detail::order<F>(b) ? a : b;
}

template <class F>
Bits<F> max(Bits<F> a, Bits<F> b) {
    if (__builtin_expect(is_nan<F>(a) || is_nan<F>(b), 0)) return detail::min_max_nan<F>(a, b);
    return detail::order<F>(a) < detail::order<F>(b) ? b : a;
}

// The ten-bit mask of fclass (Unpriv. 20.9).
template <class F>
std::uint64_t classify(Bits<F> a);

// Conversions. Out of range saturates and raises invalid alone; NaN counts as above range (Unpriv. 20.7).

// In the current mode.
template <class F, class Int>
Int to_int(Bits<F> a);
// In the given mode; rtz, what C's casts use, costs no change of mode.
template <class F, class Int>
Int to_int(Bits<F> a, Rounding rounding);

namespace detail {

// Bits of the greatest value that every mode converts to Int in range.
template <class F, class Int>
constexpr Bits<F> greatest_convertible() {
    constexpr int kDigits = std::numeric_limits<Int>::digits;
    constexpr int kBias = (1 << (F::kExponentBits - 1)) - 1;
    // Just below 2^digits where the format can say it, exactly 2^digits - 1 where that is an integer of the
    // format.
    if constexpr (kDigits <= F::kFractionBits + 1) {
        constexpr auto kOnes = (Bits<F>{1} << (kDigits - 1)) - 1;
        return static_cast<Bits<F>>(Bits<F>(kBias + kDigits - 1) << F::kFractionBits |
                                    kOnes << (F::kFractionBits - (kDigits - 1)));
    } else {
        return (Bits<F>(kBias + kDigits) << F::kFractionBits) - 1;
    }
}

// Whether the host's conversion to a signed 64-bit integer gives Int's result and flags for a, in every mode.
template <class F, class Int>
bool converts_in_range(Bits<F> a) {
    constexpr auto kSignedInt64 = greatest_convertible<F, std::int64_t>();
    constexpr auto kGreatest = greatest_convertible<F, Int>();
    // An unsigned comparison of the bits refuses NaN, and for the unsigned targets everything negative.
    const Bits<F> compared = std::is_signed_v<Int> ? magnitude<F>(a) : a;
    return compared <= (kGreatest < kSignedInt64 ? kGreatest : kSignedInt64);
}

}  // namespace detail

template <class F, class Int>
Int to_int(Bits<F> a) {
    if (__builtin_expect(not detail::converts_in_range<F, Int>(a), 0)) {
        return detail::to_int_cold<F, Int>(a, HostEnvironment::rounding());
    }
    return static_cast<Int>(host::round_to_int64(detail::to_host<F>(a)));
}

// to_int in rtz.
template <class F, class Int>
Int truncate(Bits<F> a) {
    if (__builtin_expect(not detail::converts_in_range<F, Int>(a), 0)) {
        return detail::to_int_cold<F, Int>(a, Rounding::rtz);
    }
    return static_cast<Int>(host::truncate_to_int64(detail::to_host<F>(a)));
}

template <class F, class Int>
Bits<F> from_int(Int value) {
    if constexpr (std::is_same_v<Int, std::uint64_t>) {
        if (__builtin_expect(value >> 63 != 0, 0)) return detail::from_large_unsigned<F>(value);
    }
    if constexpr (std::is_same_v<F, F64>) {
        return std::bit_cast<Bits<F>>(host::to_double(static_cast<std::int64_t>(value)));
    } else {
        return std::bit_cast<Bits<F>>(host::to_float(static_cast<std::int64_t>(value)));
    }
}

template <class F, class Int>
Bits<F> from_int(Int value, Rounding rounding);

// f64 to f32.
inline std::uint32_t narrow(std::uint64_t a) {
    return detail::canonical<F32>(host::narrow(detail::to_host<F64>(a)));
}

std::uint32_t narrow(std::uint64_t a, Rounding rounding);

// f32 to f64, always exact.
inline std::uint64_t widen(std::uint32_t a) {
    return detail::canonical<F64>(host::widen(detail::to_host<F32>(a)));
}

}  // namespace vm::guest::riscv::fp
