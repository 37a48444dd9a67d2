#pragma once

#include <cstdint>

#include "vm/guest/riscv/fp_format.h"

// IEEE 754 arithmetic in integers, in every rounding mode: the paths the host has no instruction for (rmm,
// fused multiply-add without FMA, saturating conversions). Touches no host floating-point state. Tininess is
// detected after rounding (Unpriv. 20.3); NaN results are canonical.
namespace vm::guest::riscv::fp::soft {

template <class T>
struct Outcome {
    T value;
    std::uint8_t flags;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

template <class F>
Outcome<Bits<F>> add(Bits<F> a, Bits<F> b, Rounding rounding);
template <class F>
Outcome<Bits<F>> mul(Bits<F> a, Bits<F> b, Rounding rounding);
// a * b + c, rounded once. Infinity times zero is invalid even if c is a quiet NaN (Unpriv. 20.6).
template <class F>
Outcome<Bits<F>> fmadd(Bits<F> a, Bits<F> b, Bits<F> c, Rounding rounding);
template <class F>
Outcome<Bits<F>> div(Bits<F> a, Bits<F> b, Rounding rounding);
template <class F>
Outcome<Bits<F>> sqrt(Bits<F> a, Rounding rounding);

// f64 to f32.
Outcome<std::uint32_t> narrow(std::uint64_t a, Rounding rounding);

// Int is one of the four 32 and 64-bit integers. Out of range saturates, NaN counts as above range; both are
// invalid and nothing else (Unpriv. 20.7).
template <class F, class Int>
Outcome<Int> to_int(Bits<F> a, Rounding rounding);

template <class F, class Int>
Outcome<Bits<F>> from_int(Int value, Rounding rounding);

}  // namespace vm::guest::riscv::fp::soft
