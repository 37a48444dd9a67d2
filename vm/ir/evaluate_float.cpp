#include "vm/ir/evaluate_float.h"

#include <bit>
#include <cfenv>
#include <cmath>
#include <type_traits>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/ir/float_format.h"

namespace vm::ir {
namespace {

// The compilers here know nothing of the floating-point environment: volatile operands and results keep
// arithmetic between the calls that set the mode and those that read the flags.

int host_mode(Rounding mode) {
    switch (mode) {
        case Rounding::rtz:
            return FE_TOWARDZERO;
        case Rounding::rdn:
            return FE_DOWNWARD;
        case Rounding::rup:
            return FE_UPWARD;
        default:
            return FE_TONEAREST;
    }
}

std::uint8_t guest_flags(int host) {
    const unsigned flags =
        ((host & FE_INEXACT) != 0 ? kInexact : 0u) | ((host & FE_UNDERFLOW) != 0 ? kUnderflow : 0u) |
        ((host & FE_OVERFLOW) != 0 ? kOverflow : 0u) | ((host & FE_DIVBYZERO) != 0 ? kDivideByZero : 0u) |
        ((host & FE_INVALID) != 0 ? kInvalid : 0u);
    return static_cast<std::uint8_t>(flags);
}

// The host's environment, in the guest's mode with no flag raised while this lives.
class HostMode {
  public:
    explicit HostMode(Rounding mode) {
        std::feholdexcept(&saved_);
        std::fesetround(host_mode(mode));
    }
    ~HostMode() { std::fesetenv(&saved_); }
    HostMode(const HostMode&) = delete;
    HostMode& operator=(const HostMode&) = delete;

    static std::uint8_t raised() { return guest_flags(std::fetestexcept(FE_ALL_EXCEPT)); }

  private:
    std::fenv_t saved_{};
};

template <class F>
using BitsOf = std::conditional_t<std::is_same_v<F, float>, std::uint32_t, std::uint64_t>;

template <class F>
F to_host(std::uint64_t bits) {
    return std::bit_cast<F>(static_cast<BitsOf<F>>(bits));
}

template <class F>
constexpr Type type_of() {
    return std::is_same_v<F, float> ? Type::f32 : Type::f64;
}

// The bits of a result, and a NaN that is not the canonical one for each NaN.
template <class F>
FloatOutcome outcome(F result) {
    const std::uint8_t raised = HostMode::raised();
    const FloatFormat format = float_format(type_of<F>());
    const std::uint64_t bits = std::bit_cast<BitsOf<F>>(result);
    return {format.is_nan(bits) ? format.canonical_nan() | format.sign | 1 : bits, raised};
}

template <class F>
F fused(Opcode op, F a, F b, F c) {
    const bool negative = op == Opcode::fnmsub or op == Opcode::fnmadd;
    const bool subtracts = op == Opcode::fmsub or op == Opcode::fnmadd;
    const volatile F x = negative ? -a : a;
    const volatile F y = b;
    const volatile F z = subtracts ? -c : c;
    const volatile F result = std::fma(x, y, z);
    return result;
}

template <class F>
FloatOutcome arithmetic(Opcode op, const OperandBits& v, Rounding mode) {
    const HostMode host(mode);
    const volatile F a = to_host<F>(v[0]);
    const volatile F b = to_host<F>(v[1]);
    volatile F result = 0;
    switch (op) {
        case Opcode::fadd:
            result = a + b;
            break;
        case Opcode::fsub:
            result = a - b;
            break;
        case Opcode::fmul:
            result = a * b;
            break;
        case Opcode::fdiv:
            result = a / b;
            break;
        case Opcode::fsqrt:
            result = std::sqrt(a);
            break;
        default:
            result = fused<F>(op, a, b, to_host<F>(v[2]));
            break;
    }
    FloatOutcome made = outcome<F>(result);
    const FloatFormat format = float_format(type_of<F>());
    const std::uint64_t x = format.magnitude(v[0]);
    const std::uint64_t y = format.magnitude(v[1]);
    const bool zero_times_infinity = (x == format.infinity and y == 0) or (x == 0 and y == format.infinity);
    const bool is_fused = op >= Opcode::fmadd and op <= Opcode::fnmadd;
    // Hosts differ when the addend is a quiet NaN. (RISC-V Unpriv. 20.6)
    if (is_fused and zero_times_infinity) made.raised |= kInvalid;
    return made;
}

FloatOutcome compare(Opcode op, Type type, const OperandBits& v) {
    const FloatFormat format = float_format(type);
    const bool unordered = format.is_nan(v[0]) or format.is_nan(v[1]);
    if (unordered) {
        const bool signalling = format.is_signalling(v[0]) or format.is_signalling(v[1]);
        return {0, op == Opcode::feq and not signalling ? std::uint8_t{0} : kInvalid};
    }
    const double a = type == Type::f32 ? static_cast<double>(to_host<float>(v[0])) : to_host<double>(v[0]);
    const double b = type == Type::f32 ? static_cast<double>(to_host<float>(v[1])) : to_host<double>(v[1]);
    const bool result = op == Opcode::feq ? a == b : op == Opcode::flt ? a < b : a <= b;
    return {result ? 1u : 0u, 0};
}

FloatOutcome choose(Opcode op, Type type, const OperandBits& v) {
    const FloatFormat format = float_format(type);
    const bool signalling = format.is_signalling(v[0]) or format.is_signalling(v[1]);
    const std::uint8_t raised = signalling ? kInvalid : std::uint8_t{0};
    if (format.is_nan(v[0])) return {format.is_nan(v[1]) ? format.canonical_nan() : v[1], raised};
    if (format.is_nan(v[1])) return {v[0], raised};
    // Sign and magnitude as a number, -0 just below +0.
    const auto order = [&](std::uint64_t bits) {
        const auto magnitude = static_cast<std::int64_t>(format.magnitude(bits));
        return (bits & format.sign) != 0 ? -1 - magnitude : magnitude;
    };
    return {(order(v[0]) < order(v[1])) == (op == Opcode::fmin) ? v[0] : v[1], raised};
}

// In the mode in force. What compilers make of rint rounds magnitudes, so up and down change places below
// zero.
double round_to_integer(double exact) {
    constexpr double kNoFraction = 0x1p52;  // doubles from here on are integers
    if (not(std::fabs(exact) < kNoFraction)) return exact;
    const double away = std::copysign(kNoFraction, exact);
    const volatile double shifted = exact + away;
    return shifted - away;
}

// Rounds and saturates. The bounds are powers of two, which a double holds exactly.
FloatOutcome to_integer(Opcode op, Type from, Type to, const OperandBits& v, Rounding mode) {
    const FloatFormat format = float_format(from);
    const bool is_signed_result = op == Opcode::float_to_signed;
    const auto bits = static_cast<int>(width(to));
    const std::uint64_t most = is_signed_result ? mask(to) >> 1 : mask(to);
    if (format.is_nan(v[0])) return {most, kInvalid};
    const HostMode host(mode);
    const volatile double exact =
        from == Type::f32 ? static_cast<double>(to_host<float>(v[0])) : to_host<double>(v[0]);
    const volatile double rounded = round_to_integer(exact);
    const double end = std::ldexp(1.0, is_signed_result ? bits - 1 : bits);
    if (rounded >= end) return {most, kInvalid};
    if (rounded < (is_signed_result ? -end : 0.0)) return {is_signed_result ? most + 1 : 0, kInvalid};
    const bool different = rounded != exact;
    const std::uint64_t result = is_signed_result ? as_unsigned(static_cast<std::int64_t>(rounded))
                                                  : static_cast<std::uint64_t>(rounded);
    return {result & mask(to), different ? kInexact : std::uint8_t{0}};
}

template <class F>
FloatOutcome from_integer(Opcode op, Type from, const OperandBits& v, Rounding mode) {
    const HostMode host(mode);
    const volatile std::int64_t as_number = as_signed(sign_extend(v[0], width(from)));
    const volatile std::uint64_t as_magnitude = v[0];
    // Compilers may make an unsigned number of differences, which are -0 where zero is rounded down.
    const bool by_sign = op == Opcode::signed_to_float or as_number >= 0;
    const volatile F result = by_sign ? static_cast<F>(as_number) : static_cast<F>(as_magnitude);
    return outcome<F>(result);
}

FloatOutcome narrow(const OperandBits& v, Rounding mode) {
    const HostMode host(mode);
    const volatile double wide = to_host<double>(v[0]);
    const volatile float result = static_cast<float>(wide);
    return outcome<float>(result);
}

FloatOutcome widen(const OperandBits& v) {
    const HostMode host(Rounding::rne);
    const volatile float single = to_host<float>(v[0]);
    const volatile double result = single;
    return outcome<double>(result);
}

}  // namespace

Result<FloatOutcome> evaluate_float(const Node& node, Type operand_type, const OperandBits& operands,
                                    Rounding mode) {
    if (info(node.op).layout == Layout::rounded and mode == Rounding::rmm) {
        return fail("evaluating {} with rounding to nearest, ties away is not supported", info(node.op).name);
    }
    switch (node.op) {
        case Opcode::feq:
        case Opcode::flt:
        case Opcode::fle:
            return compare(node.op, operand_type, operands);
        case Opcode::fmin:
        case Opcode::fmax:
            return choose(node.op, operand_type, operands);
        case Opcode::float_to_signed:
        case Opcode::float_to_unsigned:
            return to_integer(node.op, operand_type, node.type, operands, mode);
        case Opcode::signed_to_float:
        case Opcode::unsigned_to_float:
            return node.type == Type::f32 ? from_integer<float>(node.op, operand_type, operands, mode)
                                          : from_integer<double>(node.op, operand_type, operands, mode);
        case Opcode::fnarrow:
            return narrow(operands, mode);
        case Opcode::fwiden:
            return widen(operands);
        default:
            return operand_type == Type::f32 ? arithmetic<float>(node.op, operands, mode)
                                             : arithmetic<double>(node.op, operands, mode);
    }
}

}  // namespace vm::ir
