#include "vm/guest/riscv/fp.h"

#include <array>

#include "vm/guest/riscv/fp_soft.h"

namespace vm::guest::riscv::fp {
namespace {

// The rounding control field of MXCSR for frm 0 to 7; rmm and the reserved values give nearest even.
constexpr std::array<std::uint32_t, 8> kControl = {0, 3, 1, 2, 0, 0, 0, 0};
constexpr std::array kModes = {Rounding::rne, Rounding::rdn, Rounding::rup, Rounding::rtz};

// Both have five flags, in opposite order, and MXCSR has one more between: denormal operand, bit 1.
constexpr std::uint8_t from_mxcsr(std::uint32_t mxcsr) {
    std::uint8_t flags = 0;
    if ((mxcsr & 0x01) != 0) flags |= kInvalid;
    if ((mxcsr & 0x04) != 0) flags |= kDivideByZero;
    if ((mxcsr & 0x08) != 0) flags |= kOverflow;
    if ((mxcsr & 0x10) != 0) flags |= kUnderflow;
    if ((mxcsr & 0x20) != 0) flags |= kInexact;
    return flags;
}

constexpr std::uint32_t to_mxcsr(std::uint8_t flags) {
    std::uint32_t mxcsr = 0;
    if ((flags & kInvalid) != 0) mxcsr |= 0x01;
    if ((flags & kDivideByZero) != 0) mxcsr |= 0x04;
    if ((flags & kOverflow) != 0) mxcsr |= 0x08;
    if ((flags & kUnderflow) != 0) mxcsr |= 0x10;
    if ((flags & kInexact) != 0) mxcsr |= 0x20;
    return mxcsr;
}

std::uint32_t with_rounding(std::uint32_t mxcsr, std::uint8_t frm) {
    return (mxcsr & ~host::kRounding) | kControl[frm & 7] << host::kRoundingShift;
}

// Another rounding mode for a while. Flags raised meanwhile stay.
class RoundingScope {
  public:
    explicit RoundingScope(Rounding rounding) : saved_(host::read_mxcsr()) {
        const std::uint32_t wanted = with_rounding(saved_, static_cast<std::uint8_t>(rounding));
        changed_ = wanted != saved_;
        if (changed_) host::write_mxcsr(wanted);
    }
    ~RoundingScope() {
        if (not changed_) return;
        host::write_mxcsr((host::read_mxcsr() & ~host::kRounding) | (saved_ & host::kRounding));
    }
    RoundingScope(const RoundingScope&) = delete;
    RoundingScope& operator=(const RoundingScope&) = delete;

  private:
    std::uint32_t saved_;
    bool changed_;
};

template <class T>
T take(const soft::Outcome<T>& outcome) {
    HostEnvironment::raise(outcome.flags);
    return outcome.value;
}

bool has_fma() { return __builtin_cpu_supports("fma") != 0; }

}  // namespace

HostEnvironment::HostEnvironment(std::uint8_t frm) : saved_(host::read_mxcsr()) {
    host::write_mxcsr(with_rounding(host::kMaskAll, frm));
}

std::uint8_t HostEnvironment::fflags() { return from_mxcsr(host::read_mxcsr()); }

void HostEnvironment::clear_flags() { host::write_mxcsr(host::read_mxcsr() & ~host::kFlags); }

void HostEnvironment::raise(std::uint8_t flags) {
    if (flags != 0) host::write_mxcsr(host::read_mxcsr() | to_mxcsr(flags));
}

void HostEnvironment::set_rounding(std::uint8_t frm) {
    host::write_mxcsr(with_rounding(host::read_mxcsr(), frm));
}

Rounding HostEnvironment::rounding() {
    return kModes[(host::read_mxcsr() & host::kRounding) >> host::kRoundingShift];
}

namespace detail {

template <class F>
Bits<F> fused_nan(Bits<F> a, Bits<F> b) {
    const bool infinity_times_zero = (magnitude<F>(a) == F::kInfinity && magnitude<F>(b) == 0) ||
                                     (magnitude<F>(a) == 0 && magnitude<F>(b) == F::kInfinity);
    if (infinity_times_zero) HostEnvironment::raise(kInvalid);
    return F::kNan;
}

template <class F>
Bits<F> fused_portable(Bits<F> a, Bits<F> b, Bits<F> c) {
    if (not has_fma()) return take(soft::fmadd<F>(a, b, c, HostEnvironment::rounding()));
    return fused_result<F>(a, b, host::fmadd(to_host<F>(a), to_host<F>(b), to_host<F>(c)));
}

template <class F>
Bits<F> min_max_nan(Bits<F> a, Bits<F> b) {
    if (is_signalling<F>(a) || is_signalling<F>(b)) HostEnvironment::raise(kInvalid);
    if (not is_nan<F>(a)) return a;
    return is_nan<F>(b) ? F::kNan : b;
}

template <class F, class Int>
Int to_int_cold(Bits<F> a, Rounding rounding) {
    return take(soft::to_int<F, Int>(a, rounding));
}

template <class F>
Bits<F> from_large_unsigned(std::uint64_t value) {
    return take(soft::from_int<F>(value, HostEnvironment::rounding()));
}

}  // namespace detail

template <class F>
Bits<F> add(Bits<F> a, Bits<F> b, Rounding rounding) {
    if (rounding == Rounding::rmm) return take(soft::add<F>(a, b, rounding));
    const RoundingScope scope(rounding);
    return add<F>(a, b);
}

template <class F>
Bits<F> sub(Bits<F> a, Bits<F> b, Rounding rounding) {
    // Changing a NaN's sign is harmless: the result is the canonical one.
    return add<F>(a, b ^ F::kSign, rounding);
}

template <class F>
Bits<F> mul(Bits<F> a, Bits<F> b, Rounding rounding) {
    if (rounding == Rounding::rmm) return take(soft::mul<F>(a, b, rounding));
    const RoundingScope scope(rounding);
    return mul<F>(a, b);
}

template <class F>
Bits<F> div(Bits<F> a, Bits<F> b, Rounding rounding) {
    if (rounding == Rounding::rmm) return take(soft::div<F>(a, b, rounding));
    const RoundingScope scope(rounding);
    return div<F>(a, b);
}

template <class F>
Bits<F> sqrt(Bits<F> a, Rounding rounding) {
    if (rounding == Rounding::rmm) return take(soft::sqrt<F>(a, rounding));
    const RoundingScope scope(rounding);
    return sqrt<F>(a);
}

template <class F>
Bits<F> fmadd(Bits<F> a, Bits<F> b, Bits<F> c, Rounding rounding) {
    if (rounding == Rounding::rmm) return take(soft::fmadd<F>(a, b, c, rounding));
    const RoundingScope scope(rounding);
    return fmadd<F>(a, b, c);
}

template <class F>
std::uint64_t classify(Bits<F> a) {
    const Bits<F> size = magnitude<F>(a);
    if (size > F::kInfinity) return is_signalling<F>(a) ? 1U << 8 : 1U << 9;
    // Positions for a positive value; the negative ones mirror them.
    const unsigned position = size == F::kInfinity                     ? 7
                              : size >= Bits<F>{1} << F::kFractionBits ? 6
                              : size != 0                              ? 5
                                                                       : 4;
    return std::uint64_t{1} << (is_negative<F>(a) ? 7 - position : position);
}

template <class F, class Int>
Int to_int(Bits<F> a, Rounding rounding) {
    if (rounding == Rounding::rtz) return truncate<F, Int>(a);
    if (rounding == Rounding::rmm) return take(soft::to_int<F, Int>(a, rounding));
    const RoundingScope scope(rounding);
    return to_int<F, Int>(a);
}

template <class F, class Int>
Bits<F> from_int(Int value, Rounding rounding) {
    if (rounding == Rounding::rmm) return take(soft::from_int<F>(value, rounding));
    const RoundingScope scope(rounding);
    return from_int<F>(value);
}

std::uint32_t narrow(std::uint64_t a, Rounding rounding) {
    if (rounding == Rounding::rmm) return take(soft::narrow(a, rounding));
    const RoundingScope scope(rounding);
    return narrow(a);
}

#define VM_FP_INTEGER(F, Int)                                    \
    template Int detail::to_int_cold<F, Int>(Bits<F>, Rounding); \
    template Int to_int<F, Int>(Bits<F>, Rounding);              \
    template Bits<F> from_int<F, Int>(Int, Rounding);
#define VM_FP_FORMAT(F)                                                    \
    template Bits<F> detail::fused_nan<F>(Bits<F>, Bits<F>);               \
    template Bits<F> detail::fused_portable<F>(Bits<F>, Bits<F>, Bits<F>); \
    template Bits<F> detail::min_max_nan<F>(Bits<F>, Bits<F>);             \
    template Bits<F> detail::from_large_unsigned<F>(std::uint64_t);        \
    template Bits<F> add<F>(Bits<F>, Bits<F>, Rounding);                   \
    template Bits<F> sub<F>(Bits<F>, Bits<F>, Rounding);                   \
    template Bits<F> mul<F>(Bits<F>, Bits<F>, Rounding);                   \
    template Bits<F> div<F>(Bits<F>, Bits<F>, Rounding);                   \
    template Bits<F> sqrt<F>(Bits<F>, Rounding);                           \
    template Bits<F> fmadd<F>(Bits<F>, Bits<F>, Bits<F>, Rounding);        \
    template std::uint64_t classify<F>(Bits<F>);                           \
    VM_FP_INTEGER(F, std::int32_t)                                         \
    VM_FP_INTEGER(F, std::uint32_t)                                        \
    VM_FP_INTEGER(F, std::int64_t)                                         \
    VM_FP_INTEGER(F, std::uint64_t)
VM_FP_FORMAT(F32)
VM_FP_FORMAT(F64)
#undef VM_FP_FORMAT
#undef VM_FP_INTEGER

}  // namespace vm::guest::riscv::fp
