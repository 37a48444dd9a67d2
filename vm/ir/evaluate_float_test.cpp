#include "vm/ir/evaluate_float.h"

#include <gtest/gtest.h>

namespace vm::ir {
namespace {

constexpr std::uint64_t kOne = 0x3ff0'0000'0000'0000;
constexpr std::uint64_t kInfinity = 0x7ff0'0000'0000'0000;
constexpr std::uint64_t kQuiet = 0x7ff8'0000'0000'0000;
constexpr std::uint64_t kSignalling = 0x7ff0'0000'0000'0001;
constexpr std::uint64_t kSign = 1ull << 63;

constexpr std::uint32_t kOneSingle = 0x3f80'0000;

FloatOutcome made(Opcode op, Type from, Type to, const OperandBits& operands, Rounding mode = Rounding::rne) {
    Node node;
    node.op = op;
    node.type = to;
    return evaluate_float(node, from, operands, mode).value();
}
FloatOutcome in_doubles(Opcode op, const OperandBits& operands, Rounding mode = Rounding::rne) {
    return made(op, Type::f64, Type::f64, operands, mode);
}
FloatOutcome compared(Opcode op, std::uint64_t a, std::uint64_t b) {
    return made(op, Type::f64, Type::i64, {a, b});
}
FloatOutcome to_integer(Opcode op, Type to, std::uint64_t a, Rounding mode = Rounding::rtz) {
    return made(op, Type::f64, to, {a}, mode);
}

// Bits and flags.
void expect(const FloatOutcome& found, std::uint64_t bits, unsigned raised) {
    EXPECT_EQ(found.bits, bits);
    EXPECT_EQ(found.raised, raised);
}

TEST(EvaluateFloat, ArithmeticRoundsInItsMode) {
    constexpr std::uint64_t kThree = 0x4008'0000'0000'0000;
    expect(in_doubles(Opcode::fdiv, {kOne, kThree}, Rounding::rdn), 0x3fd5'5555'5555'5555, kInexact);
    expect(in_doubles(Opcode::fdiv, {kOne, kThree}, Rounding::rup), 0x3fd5'5555'5555'5556, kInexact);
    expect(in_doubles(Opcode::fadd, {kOne, kOne}), 0x4000'0000'0000'0000, 0);
    expect(in_doubles(Opcode::fsub, {kOne, kOne}, Rounding::rdn), kSign, 0);
    expect(in_doubles(Opcode::fmul, {kThree, kOne | kSign}), kThree | kSign, 0);
    expect(made(Opcode::fsqrt, Type::f32, Type::f32, {0x4080'0000}), 0x4000'0000, 0);
    expect(made(Opcode::fadd, Type::f32, Type::f32, {kOneSingle, 0x3300'0000}, Rounding::rup), 0x3f80'0001,
           kInexact);
}

TEST(EvaluateFloat, ExceptionsAreTheManualsBits) {
    constexpr std::uint64_t kMost = 0x7fef'ffff'ffff'ffff;
    expect(in_doubles(Opcode::fdiv, {kOne, 0}), kInfinity, kDivideByZero);
    expect(in_doubles(Opcode::fadd, {kMost, kMost}), kInfinity, kOverflow | kInexact);
    expect(in_doubles(Opcode::fmul, {1, 1}), 0, kUnderflow | kInexact);
    EXPECT_EQ(in_doubles(Opcode::fsqrt, {kOne | kSign}).raised, kInvalid);
}

TEST(EvaluateFloat, FusedOperationsRoundOnceAndHaveTheSignsOfTheirNames) {
    constexpr std::uint64_t kTwo = 0x4000'0000'0000'0000;
    constexpr std::uint64_t kThree = 0x4008'0000'0000'0000;
    expect(in_doubles(Opcode::fmadd, {kTwo, kTwo, kOne}), 0x4014'0000'0000'0000, 0);
    expect(in_doubles(Opcode::fmsub, {kTwo, kTwo, kOne}), kThree, 0);
    expect(in_doubles(Opcode::fnmsub, {kTwo, kTwo, kOne}), kThree | kSign, 0);
    expect(in_doubles(Opcode::fnmadd, {kTwo, kTwo, kOne}), 0x4014'0000'0000'0000 | kSign, 0);
    // The square of 1 + 2^-52 less 1 + 2^-51 is 2^-104, of which two roundings would leave nothing.
    expect(in_doubles(Opcode::fmsub, {kOne + 1, kOne + 1, kOne + 2}), 0x3970'0000'0000'0000, 0);
}

TEST(EvaluateFloat, InfinityTimesZeroIsInvalidWhateverIsAdded) {
    EXPECT_EQ(in_doubles(Opcode::fmadd, {kInfinity, 0, kQuiet}).raised, kInvalid);
    EXPECT_EQ(in_doubles(Opcode::fnmsub, {kSign, kInfinity, kQuiet}).raised, kInvalid);
    EXPECT_EQ(in_doubles(Opcode::fmadd, {kOne, 0, kQuiet}).raised, 0);
}

TEST(EvaluateFloat, NansThatMayBeAnyAreNotTheCanonicalOne) {
    const std::uint64_t nan = in_doubles(Opcode::fadd, {kQuiet, kOne}).bits;
    EXPECT_NE(nan, kQuiet);
    EXPECT_GT(nan & ~kSign, kInfinity);
    EXPECT_NE(made(Opcode::fnarrow, Type::f64, Type::f32, {kQuiet}).bits, 0x7fc0'0000u);
    EXPECT_NE(made(Opcode::fwiden, Type::f32, Type::f64, {0x7fc0'0000}).bits, kQuiet);
}

TEST(EvaluateFloat, OnlyFeqIsQuiet) {
    expect(compared(Opcode::feq, kQuiet, kOne), 0, 0);
    expect(compared(Opcode::feq, kSignalling, kOne), 0, kInvalid);
    expect(compared(Opcode::flt, kQuiet, kOne), 0, kInvalid);
    expect(compared(Opcode::fle, kOne, kQuiet), 0, kInvalid);
    expect(compared(Opcode::feq, 0, kSign), 1, 0);
    expect(compared(Opcode::flt, kOne | kSign, kOne), 1, 0);
    expect(compared(Opcode::fle, kOne, kOne), 1, 0);
    expect(made(Opcode::flt, Type::f32, Type::i64, {kOneSingle, 0x4000'0000}), 1, 0);
}

TEST(EvaluateFloat, ANumberBeatsANanAndMinusZeroIsBelowPlusZero) {
    expect(in_doubles(Opcode::fmin, {kQuiet, kOne}), kOne, 0);
    expect(in_doubles(Opcode::fmax, {kOne, kSignalling}), kOne, kInvalid);
    expect(in_doubles(Opcode::fmin, {kSignalling, kQuiet | 1}), kQuiet, kInvalid);
    expect(in_doubles(Opcode::fmin, {0, kSign}), kSign, 0);
    expect(in_doubles(Opcode::fmax, {kSign, 0}), 0, 0);
    expect(in_doubles(Opcode::fmin, {kOne | kSign, kSign}), kOne | kSign, 0);
}

TEST(EvaluateFloat, ConversionsToIntegersSaturate) {
    expect(to_integer(Opcode::float_to_signed, Type::i32, kQuiet | kSign), 0x7fff'ffff, kInvalid);
    expect(to_integer(Opcode::float_to_signed, Type::i32, kInfinity | kSign), 0x8000'0000, kInvalid);
    expect(to_integer(Opcode::float_to_unsigned, Type::i64, kInfinity), ~0ull, kInvalid);
    expect(to_integer(Opcode::float_to_unsigned, Type::i64, kOne | kSign), 0, kInvalid);
    expect(to_integer(Opcode::float_to_signed, Type::i64, 0x43e0'0000'0000'0000), ~0ull >> 1, kInvalid);
    expect(to_integer(Opcode::float_to_signed, Type::i64, 0xc3e0'0000'0000'0000), kSign, 0);
    expect(to_integer(Opcode::float_to_unsigned, Type::i64, 0x43e0'0000'0000'0000), kSign, 0);
}

TEST(EvaluateFloat, ConversionsToIntegersRoundInTheirMode) {
    constexpr std::uint64_t kMinusHalf = 0xbfe0'0000'0000'0000;
    expect(to_integer(Opcode::float_to_signed, Type::i32, kMinusHalf, Rounding::rdn), 0xffff'ffff, kInexact);
    expect(to_integer(Opcode::float_to_unsigned, Type::i32, kMinusHalf, Rounding::rtz), 0, kInexact);
    expect(to_integer(Opcode::float_to_unsigned, Type::i32, kMinusHalf, Rounding::rdn), 0, kInvalid);
    expect(to_integer(Opcode::float_to_signed, Type::i64, 0x4004'0000'0000'0000, Rounding::rne), 2, kInexact);
    expect(made(Opcode::float_to_signed, Type::f32, Type::i64, {kOneSingle | 1}, Rounding::rup), 2, kInexact);
}

TEST(EvaluateFloat, ConversionsFromIntegersRoundInTheirMode) {
    const auto from = [](Opcode op, Type type, Type to, std::uint64_t number, Rounding mode) {
        return made(op, type, to, {number}, mode);
    };
    expect(from(Opcode::signed_to_float, Type::i32, Type::f64, 0xffff'ffff, Rounding::rne), kOne | kSign, 0);
    expect(from(Opcode::unsigned_to_float, Type::i32, Type::f64, 0xffff'ffff, Rounding::rne),
           0x41ef'ffff'ffe0'0000, 0);
    expect(from(Opcode::unsigned_to_float, Type::i64, Type::f64, ~0ull, Rounding::rup), 0x43f0'0000'0000'0000,
           kInexact);
    expect(from(Opcode::unsigned_to_float, Type::i64, Type::f64, ~0ull, Rounding::rtz), 0x43ef'ffff'ffff'ffff,
           kInexact);
    expect(from(Opcode::signed_to_float, Type::i64, Type::f32, 0x100'0001, Rounding::rup), 0x4b80'0001,
           kInexact);
}

TEST(EvaluateFloat, WidthsChange) {
    expect(made(Opcode::fnarrow, Type::f64, Type::f32, {0x3ff0'0000'0000'0001}, Rounding::rup), 0x3f80'0001,
           kInexact);
    expect(made(Opcode::fwiden, Type::f32, Type::f64, {kOneSingle}), kOne, 0);
    EXPECT_EQ(made(Opcode::fwiden, Type::f32, Type::f64, {0x7f80'0001}).raised, kInvalid);
}

TEST(EvaluateFloat, TiesAwayIsNotSupported) {
    Node node;
    node.op = Opcode::fadd;
    node.type = Type::f64;
    const auto outcome = evaluate_float(node, Type::f64, {kOne, kOne}, Rounding::rmm);
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().message,
              "evaluating fadd with rounding to nearest, ties away is not supported");
}

}  // namespace
}  // namespace vm::ir
