#include "vm/guest/riscv/fp.h"

#include <array>
#include <cstdint>
#include <limits>
#include <ostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace vm::guest::riscv::fp {
namespace {

constexpr std::uint8_t kRne = 0;
constexpr std::uint8_t kRtz = 1;
constexpr std::uint8_t kRdn = 2;
constexpr std::uint8_t kRup = 3;
constexpr std::uint8_t kRmm = 4;

constexpr std::uint64_t kOne = 0x3ff0'0000'0000'0000;
constexpr std::uint64_t kTwo = 0x4000'0000'0000'0000;
constexpr std::uint64_t kThree = 0x4008'0000'0000'0000;
constexpr std::uint64_t kHalf = 0x3fe0'0000'0000'0000;
constexpr std::uint64_t kMax = 0x7fef'ffff'ffff'ffff;
constexpr std::uint64_t kLeastNormal = 0x0010'0000'0000'0000;
constexpr std::uint64_t kSignalling = 0x7ff0'0000'0000'0001;
constexpr std::uint64_t kNegativeQuiet = 0xfff8'0000'0000'1234;
constexpr std::uint64_t kMinusZero = F64::kSign;

struct Answer {
    std::uint64_t value;
    std::uint8_t flags;

    friend bool operator==(const Answer&, const Answer&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Answer& answer) {
        return out << fmt::format("{:#x} with flags {:#x}", answer.value, answer.flags);
    }
};

// What operation() gives and raises in an environment of its own.
template <class Operation>
Answer with(std::uint8_t frm, Operation operation) {
    const HostEnvironment environment(frm);
    const auto value = static_cast<std::uint64_t>(operation());
    return {value, HostEnvironment::fflags()};
}

TEST(Fp, EnvironmentStartsWithoutFlagsAndRestoresTheHostsControlWord) {
    const std::uint32_t before = host::read_mxcsr();
    {
        const HostEnvironment environment(kRup);
        EXPECT_EQ(HostEnvironment::fflags(), 0);
        div<F64>(kOne, 0);
        EXPECT_EQ(HostEnvironment::fflags(), kDivideByZero);
    }
    EXPECT_EQ(host::read_mxcsr(), before);
}

TEST(Fp, EveryRaisedFlagIsReadBackAndStaysUntilCleared) {
    const HostEnvironment environment(kRne);
    for (const std::uint8_t flag : {kInexact, kUnderflow, kOverflow, kDivideByZero, kInvalid}) {
        HostEnvironment::clear_flags();
        HostEnvironment::raise(flag);
        add<F64>(kOne, kOne);
        EXPECT_EQ(HostEnvironment::fflags(), flag);
    }
    HostEnvironment::raise(kOverflow);
    EXPECT_EQ(HostEnvironment::fflags(), kOverflow | kInvalid);
    HostEnvironment::clear_flags();
    EXPECT_EQ(HostEnvironment::fflags(), 0);
}

TEST(Fp, FrmSelectsTheHardwareModeAndRmmAndReservedValuesGiveNearestEven) {
    const HostEnvironment environment(kRne);
    constexpr std::array kExpected = {Rounding::rne, Rounding::rtz, Rounding::rdn, Rounding::rup,
                                      Rounding::rne, Rounding::rne, Rounding::rne, Rounding::rne};
    for (std::uint8_t frm = 0; frm < 8; ++frm) {
        HostEnvironment::set_rounding(frm);
        EXPECT_EQ(HostEnvironment::rounding(), kExpected[frm]) << int{frm};
    }
}

TEST(Fp, ChangingTheRoundingKeepsTheFlags) {
    const HostEnvironment environment(kRne);
    HostEnvironment::raise(kUnderflow);
    HostEnvironment::set_rounding(kRup);
    EXPECT_EQ(HostEnvironment::fflags(), kUnderflow);
}

TEST(Fp, ArithmeticFollowsTheRoundingModeOfTheEnvironment) {
    const auto third = [] { return div<F64>(kOne, kThree); };
    EXPECT_EQ(with(kRne, third), (Answer{0x3fd5'5555'5555'5555, kInexact}));
    EXPECT_EQ(with(kRtz, third), (Answer{0x3fd5'5555'5555'5555, kInexact}));
    EXPECT_EQ(with(kRdn, third), (Answer{0x3fd5'5555'5555'5555, kInexact}));
    EXPECT_EQ(with(kRup, third), (Answer{0x3fd5'5555'5555'5556, kInexact}));
}

TEST(Fp, ExplicitRoundingOverridesTheEnvironmentAndLeavesItsMode) {
    const HostEnvironment environment(kRdn);
    EXPECT_EQ(div<F64>(kOne, kThree, Rounding::rup), 0x3fd5'5555'5555'5556U);
    EXPECT_EQ(HostEnvironment::rounding(), Rounding::rdn);
    EXPECT_EQ(HostEnvironment::fflags(), kInexact);
}

TEST(Fp, RmmTakesTiesAwayFromZero) {
    const std::uint64_t half_ulp = 0x3ca0'0000'0000'0000;  // 2^-53
    EXPECT_EQ(with(kRne, [=] { return add<F64>(kOne, half_ulp); }), (Answer{kOne, kInexact}));
    EXPECT_EQ(with(kRmm, [=] { return add<F64>(kOne, half_ulp, Rounding::rmm); }),
              (Answer{kOne + 1, kInexact}));
    EXPECT_EQ(with(kRmm, [=] { return sub<F64>(kOne | F64::kSign, half_ulp, Rounding::rmm); }),
              (Answer{(kOne + 1) | F64::kSign, kInexact}));
}

TEST(Fp, OverflowGivesInfinityOrTheGreatestNumberByDirection) {
    const auto twice = [] { return mul<F64>(kMax, kTwo); };
    EXPECT_EQ(with(kRne, twice), (Answer{F64::kInfinity, kOverflow | kInexact}));
    EXPECT_EQ(with(kRtz, twice), (Answer{kMax, kOverflow | kInexact}));
    EXPECT_EQ(with(kRdn, twice), (Answer{kMax, kOverflow | kInexact}));
    EXPECT_EQ(with(kRmm, [] { return mul<F64>(kMax, kTwo, Rounding::rmm); }),
              (Answer{F64::kInfinity, kOverflow | kInexact}));
}

TEST(Fp, ExactSubnormalsRaiseNothingAndInexactOnesUnderflow) {
    EXPECT_EQ(with(kRne, [] { return mul<F64>(kLeastNormal, kHalf); }), (Answer{kLeastNormal >> 1, 0}));
    EXPECT_EQ(with(kRne, [] { return mul<F64>(1, kHalf); }), (Answer{0, kUnderflow | kInexact}));
}

TEST(Fp, TininessIsDetectedAfterRounding) {
    // (1 - 2^-53) 2^-1022 has 53 bits: with the exponent unbounded it would stay below the least normal
    // number.
    constexpr std::uint64_t kBelowOne = 0x3fef'ffff'ffff'ffff;
    EXPECT_EQ(with(kRup, [] { return mul<F64>(kLeastNormal, kBelowOne); }),
              (Answer{kLeastNormal, kUnderflow | kInexact}));
    // (1 + 2^-52) (1 - 2^-53) 2^-1022 would round to the least normal number: no underflow.
    EXPECT_EQ(with(kRne, [] { return mul<F64>(kLeastNormal + 1, kBelowOne); }),
              (Answer{kLeastNormal, kInexact}));
}

TEST(Fp, EveryNanResultIsTheCanonicalOne) {
    EXPECT_EQ(with(kRne, [] { return add<F64>(kNegativeQuiet, kOne); }), (Answer{F64::kNan, 0}));
    EXPECT_EQ(with(kRne, [] { return mul<F64>(kSignalling, kOne); }), (Answer{F64::kNan, kInvalid}));
    EXPECT_EQ(with(kRne, [] { return sqrt<F64>(kOne | F64::kSign); }), (Answer{F64::kNan, kInvalid}));
    EXPECT_EQ(with(kRne, [] { return div<F32>(0, 0); }), (Answer{F32::kNan, kInvalid}));
    EXPECT_EQ(with(kRne, [] { return sub<F32>(F32::kInfinity, F32::kInfinity); }),
              (Answer{F32::kNan, kInvalid}));
    EXPECT_EQ(with(kRne, [] { return narrow(kNegativeQuiet); }), (Answer{F32::kNan, 0}));
    EXPECT_EQ(with(kRne, [] { return widen(0xff80'0001); }), (Answer{F64::kNan, kInvalid}));
}

TEST(Fp, FusedVariantsNegateAsTheirNamesSay) {
    EXPECT_EQ(with(kRne, [] { return fmadd<F64>(kTwo, kThree, kOne); }), (Answer{0x401c'0000'0000'0000, 0}));
    EXPECT_EQ(with(kRne, [] { return fmsub<F64>(kTwo, kThree, kOne); }), (Answer{0x4014'0000'0000'0000, 0}));
    EXPECT_EQ(with(kRne, [] { return fnmsub<F64>(kTwo, kThree, kOne); }), (Answer{0xc014'0000'0000'0000, 0}));
    EXPECT_EQ(with(kRne, [] { return fnmadd<F64>(kTwo, kThree, kOne); }), (Answer{0xc01c'0000'0000'0000, 0}));
}

TEST(Fp, FusedMultiplyAddRoundsOnce) {
    // (1 + 2^-52)^2 - (1 + 2^-51) = 2^-104
    EXPECT_EQ(with(kRne, [] { return fmsub<F64>(kOne + 1, kOne + 1, kOne + 2); }),
              (Answer{0x3970'0000'0000'0000, 0}));
    EXPECT_EQ(with(kRmm, [] { return fmsub<F64>(kOne + 1, kOne + 1, kOne + 2, Rounding::rmm); }),
              (Answer{0x3970'0000'0000'0000, 0}));
}

TEST(Fp, InfinityTimesZeroPlusAQuietNanIsInvalid) {
    EXPECT_EQ(with(kRne, [] { return fmadd<F64>(F64::kInfinity, 0, F64::kNan); }),
              (Answer{F64::kNan, kInvalid}));
    EXPECT_EQ(with(kRne, [] { return fnmadd<F32>(F32::kSign, F32::kInfinity, F32::kNan); }),
              (Answer{F32::kNan, kInvalid}));
    EXPECT_EQ(with(kRne, [] { return fmadd<F64>(kOne, 0, F64::kNan); }), (Answer{F64::kNan, 0}));
}

TEST(Fp, EqIsQuietAndLtAndLeSignalEveryNan) {
    EXPECT_EQ(with(kRne, [] { return eq<F64>(F64::kNan, F64::kNan); }), (Answer{0, 0}));
    EXPECT_EQ(with(kRne, [] { return eq<F64>(kSignalling, kOne); }), (Answer{0, kInvalid}));
    EXPECT_EQ(with(kRne, [] { return lt<F64>(F64::kNan, kOne); }), (Answer{0, kInvalid}));
    EXPECT_EQ(with(kRne, [] { return le<F64>(kOne, F64::kNan); }), (Answer{0, kInvalid}));
}

TEST(Fp, ComparisonsOrderNumbersAndTakeBothZerosAsEqual) {
    EXPECT_EQ(with(kRne, [] { return lt<F64>(kOne, kTwo); }), (Answer{1, 0}));
    EXPECT_EQ(with(kRne, [] { return lt<F64>(kTwo, kOne); }), (Answer{0, 0}));
    EXPECT_EQ(with(kRne, [] { return le<F32>(F32::kSign, 0); }), (Answer{1, 0}));
    EXPECT_EQ(with(kRne, [] { return lt<F32>(F32::kSign, 0); }), (Answer{0, 0}));
    EXPECT_EQ(with(kRne, [] { return eq<F64>(kMinusZero, 0); }), (Answer{1, 0}));
}

TEST(Fp, MinAndMaxOrderTheZeros) {
    EXPECT_EQ(with(kRne, [] { return min<F64>(0, kMinusZero); }), (Answer{kMinusZero, 0}));
    EXPECT_EQ(with(kRne, [] { return max<F64>(kMinusZero, 0); }), (Answer{0, 0}));
    EXPECT_EQ(with(kRne, [] { return min<F64>(kOne | F64::kSign, kTwo | F64::kSign); }),
              (Answer{kTwo | F64::kSign, 0}));
}

TEST(Fp, MinAndMaxPreferTheNumberToANan) {
    EXPECT_EQ(with(kRne, [] { return min<F64>(F64::kNan, kOne); }), (Answer{kOne, 0}));
    EXPECT_EQ(with(kRne, [] { return max<F64>(kOne, kSignalling); }), (Answer{kOne, kInvalid}));
    EXPECT_EQ(with(kRne, [] { return max<F64>(kNegativeQuiet, kNegativeQuiet); }), (Answer{F64::kNan, 0}));
}

TEST(Fp, ClassifySetsOneOfTenBits) {
    EXPECT_EQ(classify<F64>(F64::kInfinity | F64::kSign), 1U << 0);
    EXPECT_EQ(classify<F64>(kOne | F64::kSign), 1U << 1);
    EXPECT_EQ(classify<F64>(1 | F64::kSign), 1U << 2);
    EXPECT_EQ(classify<F64>(kMinusZero), 1U << 3);
    EXPECT_EQ(classify<F64>(0), 1U << 4);
    EXPECT_EQ(classify<F64>(kLeastNormal - 1), 1U << 5);
    EXPECT_EQ(classify<F64>(kLeastNormal), 1U << 6);
    EXPECT_EQ(classify<F64>(F64::kInfinity), 1U << 7);
    EXPECT_EQ(classify<F64>(kSignalling), 1U << 8);
    EXPECT_EQ(classify<F32>(F32::kNan), 1U << 9);
}

template <class Int>
Answer convert(std::uint64_t bits, Rounding rounding) {
    return with(kRne, [=] { return to_int<F64, Int>(bits, rounding); });
}

TEST(Fp, ConversionOutOfRangeSaturatesAndIsInvalidAlone) {
    constexpr std::uint64_t kAbove32 = 0x41f0'0000'0008'0000;  // 2^32 + 0.5
    EXPECT_EQ(convert<std::uint32_t>(kAbove32, Rounding::rtz), (Answer{0xffff'ffff, kInvalid}));
    EXPECT_EQ(convert<std::int32_t>(kAbove32, Rounding::rne), (Answer{0x7fff'ffff, kInvalid}));
    EXPECT_EQ(convert<std::int64_t>(kMax | F64::kSign, Rounding::rne),
              (Answer{std::uint64_t{1} << 63, kInvalid}));
    EXPECT_EQ(convert<std::uint64_t>(F64::kInfinity, Rounding::rmm), (Answer{~std::uint64_t{0}, kInvalid}));
}

TEST(Fp, ConversionOfNanGivesTheGreatestInteger) {
    EXPECT_EQ(convert<std::int32_t>(kNegativeQuiet, Rounding::rne), (Answer{0x7fff'ffff, kInvalid}));
    EXPECT_EQ(convert<std::int64_t>(F64::kNan, Rounding::rtz), (Answer{~std::uint64_t{0} >> 1, kInvalid}));
    EXPECT_EQ(convert<std::uint64_t>(kSignalling, Rounding::rtz), (Answer{~std::uint64_t{0}, kInvalid}));
}

TEST(Fp, NegativeValuesToUnsignedAreInvalidUnlessTheyRoundToZero) {
    constexpr std::uint64_t kMinusHalf = kHalf | F64::kSign;
    EXPECT_EQ(convert<std::uint32_t>(kMinusHalf, Rounding::rtz), (Answer{0, kInexact}));
    EXPECT_EQ(convert<std::uint32_t>(kMinusHalf, Rounding::rne), (Answer{0, kInexact}));
    EXPECT_EQ(convert<std::uint32_t>(kMinusHalf, Rounding::rdn), (Answer{0, kInvalid}));
    EXPECT_EQ(convert<std::uint64_t>(kMinusHalf, Rounding::rmm), (Answer{0, kInvalid}));
    EXPECT_EQ(convert<std::uint64_t>(kMinusZero, Rounding::rne), (Answer{0, 0}));
}

TEST(Fp, LeastSignedIntegersAreInRange) {
    EXPECT_EQ(convert<std::int32_t>(0xc1e0'0000'0000'0000, Rounding::rne),
              (Answer{0xffff'ffff'8000'0000, 0}));
    EXPECT_EQ(convert<std::int64_t>(0xc3e0'0000'0000'0000, Rounding::rne),
              (Answer{std::uint64_t{1} << 63, 0}));
}

TEST(Fp, IntegersToFloatsRoundInTheGivenMode) {
    constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(with(kRtz, [] { return from_int<F64>(kAll); }), (Answer{0x43ef'ffff'ffff'ffff, kInexact}));
    EXPECT_EQ(with(kRne, [] { return from_int<F64>(kAll); }), (Answer{0x43f0'0000'0000'0000, kInexact}));
    EXPECT_EQ(with(kRmm, [] { return from_int<F32>(std::int32_t{0x0100'0001}, Rounding::rmm); }),
              (Answer{0x4b80'0001, kInexact}));
    EXPECT_EQ(with(kRne, [] { return from_int<F32>(std::int32_t{0x0100'0001}); }),
              (Answer{0x4b80'0000, kInexact}));
    EXPECT_EQ(with(kRne, [] { return from_int<F64>(std::int32_t{-1}); }), (Answer{0xbff0'0000'0000'0000, 0}));
}

TEST(Fp, NarrowHonoursTheModeAndWidenIsExact) {
    constexpr std::uint64_t kTie = 0x3ff0'0000'1000'0000;  // 1 + 2^-24
    EXPECT_EQ(with(kRne, [] { return narrow(kTie); }), (Answer{0x3f80'0000, kInexact}));
    EXPECT_EQ(with(kRup, [] { return narrow(kTie); }), (Answer{0x3f80'0001, kInexact}));
    EXPECT_EQ(with(kRmm, [] { return narrow(kTie, Rounding::rmm); }), (Answer{0x3f80'0001, kInexact}));
    EXPECT_EQ(with(kRne, [] { return widen(1); }), (Answer{0x36a0'0000'0000'0000, 0}));
}

}  // namespace
}  // namespace vm::guest::riscv::fp
