#include "vm/guest/riscv/fp_soft.h"

#include <cstdint>
#include <ostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace vm::guest::riscv::fp::soft {

template <class T>
std::ostream& operator<<(std::ostream& out, const Outcome<T>& outcome) {
    return out << fmt::format("{:#x} with flags {:#x}", outcome.value, outcome.flags);
}

namespace {

using Single = Outcome<std::uint32_t>;
using Double = Outcome<std::uint64_t>;

constexpr std::uint32_t kOne = 0x3f80'0000;
constexpr std::uint32_t kThree = 0x4040'0000;
constexpr std::uint32_t kMax = 0x7f7f'ffff;
constexpr std::uint32_t kHalfUlpOfOne = 0x3380'0000;  // 2^-24

TEST(FpSoft, ATieGoesWhereTheModeSays) {
    EXPECT_EQ(add<F32>(kOne, kHalfUlpOfOne, Rounding::rne), (Single{kOne, kInexact}));
    EXPECT_EQ(add<F32>(kOne + 1, kHalfUlpOfOne, Rounding::rne), (Single{kOne + 2, kInexact}));
    EXPECT_EQ(add<F32>(kOne, kHalfUlpOfOne, Rounding::rtz), (Single{kOne, kInexact}));
    EXPECT_EQ(add<F32>(kOne, kHalfUlpOfOne, Rounding::rdn), (Single{kOne, kInexact}));
    EXPECT_EQ(add<F32>(kOne, kHalfUlpOfOne, Rounding::rup), (Single{kOne + 1, kInexact}));
    EXPECT_EQ(add<F32>(kOne, kHalfUlpOfOne, Rounding::rmm), (Single{kOne + 1, kInexact}));
}

TEST(FpSoft, AnOperandFarBelowTheOtherStillRoundsInTheDirectedModes) {
    EXPECT_EQ(add<F32>(kMax, 1, Rounding::rup), (Single{F32::kInfinity, kOverflow | kInexact}));
    EXPECT_EQ(add<F32>(kMax, 1, Rounding::rmm), (Single{kMax, kInexact}));
    EXPECT_EQ(add<F32>(kOne, 1 | F32::kSign, Rounding::rtz), (Single{kOne - 1, kInexact}));
}

TEST(FpSoft, ExactCancellationGivesMinusZeroOnlyWhenRoundingDown) {
    EXPECT_EQ(add<F32>(kOne, kOne | F32::kSign, Rounding::rne), (Single{0, 0}));
    EXPECT_EQ(add<F32>(kOne, kOne | F32::kSign, Rounding::rdn), (Single{F32::kSign, 0}));
    EXPECT_EQ(add<F32>(F32::kSign, F32::kSign, Rounding::rne), (Single{F32::kSign, 0}));
    EXPECT_EQ(mul<F32>(F32::kSign, kOne, Rounding::rne), (Single{F32::kSign, 0}));
}

TEST(FpSoft, CarryOutOfTheFractionRaisesTheExponent) {
    EXPECT_EQ(add<F32>(0x3fff'ffff, 0x3400'0000, Rounding::rne), (Single{0x4000'0000, 0}));
    EXPECT_EQ(add<F32>(0x3fff'ffff, 0x3380'0000, Rounding::rmm), (Single{0x4000'0000, kInexact}));
}

TEST(FpSoft, TininessIsDetectedAfterRounding) {
    // 2^-126 (1 + 2^-23) (1 - 2^-24) rounds to 2^-126 at 24 bits already.
    EXPECT_EQ(mul<F32>(0x0080'0001, 0x3f7f'ffff, Rounding::rne), (Single{0x0080'0000, kInexact}));
    EXPECT_EQ(mul<F32>(0x0080'0000, 0x3f7f'ffff, Rounding::rup),
              (Single{0x0080'0000, kUnderflow | kInexact}));
    EXPECT_EQ(mul<F32>(1, 0x3f00'0000, Rounding::rmm), (Single{1, kUnderflow | kInexact}));
    EXPECT_EQ(mul<F32>(0x0080'0000, 0x3f00'0000, Rounding::rmm), (Single{0x0040'0000, 0}));
}

TEST(FpSoft, DivisionOfSpecialValues) {
    EXPECT_EQ(div<F32>(kOne, F32::kSign, Rounding::rne),
              (Single{F32::kInfinity | F32::kSign, kDivideByZero}));
    EXPECT_EQ(div<F32>(0, 0, Rounding::rne), (Single{F32::kNan, kInvalid}));
    EXPECT_EQ(div<F32>(F32::kInfinity, F32::kInfinity, Rounding::rne), (Single{F32::kNan, kInvalid}));
    EXPECT_EQ(div<F32>(F32::kInfinity, 0, Rounding::rne), (Single{F32::kInfinity, 0}));
    EXPECT_EQ(div<F32>(kOne, F32::kInfinity | F32::kSign, Rounding::rne), (Single{F32::kSign, 0}));
}

TEST(FpSoft, QuotientsAndRootsRoundByTheirRemainder) {
    EXPECT_EQ(div<F32>(kOne, kThree, Rounding::rne), (Single{0x3eaa'aaab, kInexact}));
    EXPECT_EQ(div<F32>(kOne, kThree, Rounding::rtz), (Single{0x3eaa'aaaa, kInexact}));
    EXPECT_EQ(sqrt<F64>(0x4000'0000'0000'0000, Rounding::rmm), (Double{0x3ff6'a09e'667f'3bcd, kInexact}));
    EXPECT_EQ(sqrt<F64>(0x4000'0000'0000'0000, Rounding::rtz), (Double{0x3ff6'a09e'667f'3bcc, kInexact}));
    EXPECT_EQ(sqrt<F32>(0x4110'0000, Rounding::rmm), (Single{kThree, 0}));
}

TEST(FpSoft, RootsOfSpecialValues) {
    EXPECT_EQ(sqrt<F32>(F32::kSign, Rounding::rne), (Single{F32::kSign, 0}));
    EXPECT_EQ(sqrt<F32>(kOne | F32::kSign, Rounding::rne), (Single{F32::kNan, kInvalid}));
    EXPECT_EQ(sqrt<F32>(F32::kInfinity, Rounding::rne), (Single{F32::kInfinity, 0}));
    EXPECT_EQ(sqrt<F64>(4, Rounding::rne), (Double{0x1e70'0000'0000'0000, 0}));  // 2^-1072
}

TEST(FpSoft, FusedMultiplyAddRoundsOnce) {
    // (1 + 2^-23)^2 - (1 + 2^-22) = 2^-46
    EXPECT_EQ(fmadd<F32>(kOne + 1, kOne + 1, (kOne + 2) | F32::kSign, Rounding::rne),
              (Single{0x2880'0000, 0}));
    EXPECT_EQ(fmadd<F32>(kMax, kMax, F32::kInfinity | F32::kSign, Rounding::rne),
              (Single{F32::kInfinity | F32::kSign, 0}));
}

TEST(FpSoft, InfinityTimesZeroIsInvalidBesideAQuietNan) {
    EXPECT_EQ(fmadd<F32>(F32::kInfinity, 0, F32::kNan, Rounding::rne), (Single{F32::kNan, kInvalid}));
    EXPECT_EQ(fmadd<F32>(kOne, kOne, F32::kNan, Rounding::rne), (Single{F32::kNan, 0}));
    EXPECT_EQ(fmadd<F32>(kOne, 0x7f80'0001, kOne, Rounding::rne), (Single{F32::kNan, kInvalid}));
}

TEST(FpSoft, NarrowingRoundsOverflowsAndUnderflows) {
    EXPECT_EQ(narrow(0x3ff0'0000'1000'0000, Rounding::rmm), (Single{kOne + 1, kInexact}));
    EXPECT_EQ(narrow(0x47ef'ffff'f000'0000, Rounding::rmm), (Single{F32::kInfinity, kOverflow | kInexact}));
    EXPECT_EQ(narrow(0x7fef'ffff'ffff'ffff, Rounding::rtz), (Single{kMax, kOverflow | kInexact}));
    EXPECT_EQ(narrow(0x8000'0000'0000'0001, Rounding::rdn), (Single{F32::kSign | 1, kUnderflow | kInexact}));
}

TEST(FpSoft, ConversionsToIntegersSaturate) {
    EXPECT_EQ((to_int<F32, std::int32_t>(0x4f00'0000, Rounding::rne)),
              (Outcome<std::int32_t>{0x7fff'ffff, kInvalid}));
    EXPECT_EQ((to_int<F32, std::int32_t>(0xcf00'0000, Rounding::rne)),
              (Outcome<std::int32_t>{-0x7fff'ffff - 1, 0}));
    EXPECT_EQ((to_int<F32, std::uint64_t>(0x5f80'0000, Rounding::rne)),
              (Outcome<std::uint64_t>{~std::uint64_t{0}, kInvalid}));
    EXPECT_EQ((to_int<F64, std::uint32_t>(0x41ef'ffff'fff0'0000, Rounding::rmm)),
              (Outcome<std::uint32_t>{0xffff'ffff, kInvalid}));
    EXPECT_EQ((to_int<F64, std::uint32_t>(0x41ef'ffff'fff0'0000, Rounding::rtz)),
              (Outcome<std::uint32_t>{0xffff'ffff, kInexact}));
}

TEST(FpSoft, ConversionsFromTheBorderIntegers) {
    EXPECT_EQ(from_int<F32>(~std::uint64_t{0}, Rounding::rmm), (Single{0x5f80'0000, kInexact}));
    EXPECT_EQ(from_int<F64>(std::int64_t{-1} - 0x7fff'ffff'ffff'ffff, Rounding::rmm),
              (Double{0xc3e0'0000'0000'0000, 0}));
    EXPECT_EQ(from_int<F64>(std::int32_t{0}, Rounding::rdn), (Double{0, 0}));
}

}  // namespace
}  // namespace vm::guest::riscv::fp::soft
