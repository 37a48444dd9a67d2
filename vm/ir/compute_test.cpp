#include "vm/ir/compute.h"

#include <gtest/gtest.h>

namespace vm::ir {
namespace {

constexpr std::uint64_t kOnes = ~0ull;
constexpr std::uint64_t kSign = 1ull << 63;

std::uint64_t result(Opcode op, Type type, std::uint64_t a, std::uint64_t b = 0) {
    Node node;
    node.op = op;
    node.type = result_type(op, type, [&](std::size_t) { return type; });
    return compute(node, type, {a, b});
}
std::uint64_t whole(Opcode op, std::uint64_t a, std::uint64_t b = 0) { return result(op, Type::i64, a, b); }
std::uint64_t half(Opcode op, std::uint64_t a, std::uint64_t b = 0) { return result(op, Type::i32, a, b); }

TEST(Compute, ArithmeticWrapsInItsWidth) {
    EXPECT_EQ(whole(Opcode::add, kOnes, 2), 1u);
    EXPECT_EQ(half(Opcode::add, 0xffff'ffff, 2), 1u);
    EXPECT_EQ(half(Opcode::sub, 0, 1), 0xffff'ffffu);
    EXPECT_EQ(half(Opcode::mul, 0x1'0001, 0x1'0001), 0x2'0001u);
}

TEST(Compute, LogicWorksBitByBit) {
    EXPECT_EQ(whole(Opcode::and_, 0b1100, 0b1010), 0b1000u);
    EXPECT_EQ(whole(Opcode::or_, 0b1100, 0b1010), 0b1110u);
    EXPECT_EQ(whole(Opcode::xor_, 0b1100, 0b1010), 0b0110u);
    EXPECT_EQ(whole(Opcode::andn, 0b1100, 0b1010), 0b0100u);
    EXPECT_EQ(whole(Opcode::orn, 0b1100, 0b1010), kOnes - 0b0010);
    EXPECT_EQ(half(Opcode::xnor, 0b1100, 0b1010), 0xffff'fff9u);
}

TEST(Compute, ShiftsAndRotatesTakeAmountsModuloTheWidth) {
    EXPECT_EQ(whole(Opcode::shl, 1, 65), 2u);
    EXPECT_EQ(half(Opcode::shl, 1, 33), 2u);
    EXPECT_EQ(half(Opcode::shl, 0x8000'0000, 1), 0u);
    EXPECT_EQ(half(Opcode::shr, 0x8000'0000, 31), 1u);
    EXPECT_EQ(half(Opcode::sar, 0x8000'0000, 31), 0xffff'ffffu);
    EXPECT_EQ(whole(Opcode::sar, kSign, 63), kOnes);
    EXPECT_EQ(half(Opcode::rotl, 0x8000'0001, 4), 0x18u);
    EXPECT_EQ(half(Opcode::rotr, 0x8000'0001, 4), 0x1800'0000u);
    EXPECT_EQ(half(Opcode::rotl, 0x1234'5678, 32), 0x1234'5678u);
    EXPECT_EQ(whole(Opcode::rotr, 0x11, 4), 0x1000'0000'0000'0001u);
}

TEST(Compute, UpperProductsDifferInWhatTheyTakeForSigned) {
    EXPECT_EQ(whole(Opcode::mulhu, kOnes, kOnes), kOnes - 1);
    EXPECT_EQ(whole(Opcode::mulhs, kOnes, kOnes), 0u);
    EXPECT_EQ(whole(Opcode::mulhsu, kOnes, kOnes), kOnes);
    EXPECT_EQ(whole(Opcode::mulhsu, kSign, 2), kOnes);
    EXPECT_EQ(whole(Opcode::mulhsu, 2, kSign), 1u);
}

TEST(Compute, TheLowerProductIsOfTheFactors) {
    Node node;
    node.op = Opcode::product_low;
    node.type = Type::i64;
    EXPECT_EQ(compute(node, Type::i64, {99, 6, 7}), 42u);
}

TEST(Compute, DivisionRoundsTowardsZero) {
    EXPECT_EQ(whole(Opcode::divs, 0 - 7ull, 2), 0 - 3ull);
    EXPECT_EQ(whole(Opcode::rems, 0 - 7ull, 2), 0 - 1ull);
    EXPECT_EQ(half(Opcode::divs, 0xffff'fff9, 2), 0xffff'fffdu);
    EXPECT_EQ(half(Opcode::divu, 0xffff'fff9, 2), 0x7fff'fffcu);
    EXPECT_EQ(whole(Opcode::remu, kOnes, 10), 5u);
}

TEST(Compute, DivisionByZeroGivesOnesAndTheDividend) {
    EXPECT_EQ(whole(Opcode::divs, 5, 0), kOnes);
    EXPECT_EQ(half(Opcode::divu, 5, 0), 0xffff'ffffu);
    EXPECT_EQ(whole(Opcode::rems, 5, 0), 5u);
    EXPECT_EQ(half(Opcode::remu, 5, 0), 5u);
}

TEST(Compute, TheQuotientThatOverflowsIsTheDividend) {
    EXPECT_EQ(whole(Opcode::divs, kSign, kOnes), kSign);
    EXPECT_EQ(whole(Opcode::rems, kSign, kOnes), 0u);
    EXPECT_EQ(half(Opcode::divs, 0x8000'0000, 0xffff'ffff), 0x8000'0000u);
    EXPECT_EQ(half(Opcode::rems, 0x8000'0000, 0xffff'ffff), 0u);
}

TEST(Compute, ComparisonsGiveOneOrZeroBySign) {
    EXPECT_EQ(half(Opcode::lts, 0xffff'ffff, 0), 1u);
    EXPECT_EQ(half(Opcode::ltu, 0xffff'ffff, 0), 0u);
    EXPECT_EQ(whole(Opcode::ges, kOnes, 0), 0u);
    EXPECT_EQ(whole(Opcode::geu, kOnes, 0), 1u);
    EXPECT_EQ(whole(Opcode::eq, 3, 3), 1u);
    EXPECT_EQ(whole(Opcode::ne, 3, 3), 0u);
}

TEST(Compute, LeastAndGreatestGoBySign) {
    EXPECT_EQ(half(Opcode::mins, 0xffff'ffff, 1), 0xffff'ffffu);
    EXPECT_EQ(half(Opcode::maxs, 0xffff'ffff, 1), 1u);
    EXPECT_EQ(half(Opcode::minu, 0xffff'ffff, 1), 1u);
    EXPECT_EQ(half(Opcode::maxu, 0xffff'ffff, 1), 0xffff'ffffu);
}

TEST(Compute, CountsStayInTheWidth) {
    EXPECT_EQ(half(Opcode::clz, 1), 31u);
    EXPECT_EQ(half(Opcode::clz, 0), 32u);
    EXPECT_EQ(whole(Opcode::clz, 0), 64u);
    EXPECT_EQ(half(Opcode::ctz, 0), 32u);
    EXPECT_EQ(whole(Opcode::ctz, 8), 3u);
    EXPECT_EQ(whole(Opcode::popcnt, kOnes), 64u);
}

TEST(Compute, BytesAreSwappedAndCombinedInTheWidth) {
    EXPECT_EQ(whole(Opcode::bswap, 0x0102'0304'0506'0708), 0x0807'0605'0403'0201u);
    EXPECT_EQ(half(Opcode::bswap, 0x0102'0304), 0x0403'0201u);
    EXPECT_EQ(whole(Opcode::orc_b, 0x0100'8000'0000'0040), 0xff00'ff00'0000'00ffu);
}

TEST(Compute, CarrylessProductsHaveTwoHalves) {
    EXPECT_EQ(whole(Opcode::clmul, 0b11, 0b11), 0b101u);
    EXPECT_EQ(whole(Opcode::clmul, kSign, 2), 0u);
    EXPECT_EQ(whole(Opcode::clmulh, kSign, 2), 1u);
}

TEST(Compute, PartsAreExtendedToTheResult) {
    EXPECT_EQ(whole(Opcode::sext8, 0x180), 0 - 0x80ull);
    EXPECT_EQ(half(Opcode::sext16, 0x1'8000), 0xffff'8000u);
    EXPECT_EQ(whole(Opcode::zext8, 0x180), 0x80u);
    EXPECT_EQ(whole(Opcode::zext16, 0x1'8000), 0x8000u);
    EXPECT_EQ(half(Opcode::sext, 0x8000'0000), 0xffff'ffff'8000'0000u);
    EXPECT_EQ(half(Opcode::zext, 0x8000'0000), 0x8000'0000u);
    EXPECT_EQ(whole(Opcode::low, 0x1'2345'6789), 0x2345'6789u);
}

TEST(Compute, ShiftAddAndExtractUseWhatTheNodeSays) {
    Node node;
    node.op = Opcode::shift_add;
    node.type = Type::i32;
    node.imm = 3;
    EXPECT_EQ(compute(node, Type::i32, {0x2000'0001, 5}), 13u);
    node = Node{};
    node.op = Opcode::extract;
    node.type = Type::i64;
    node.detail = field_detail(8, 12);
    EXPECT_EQ(compute(node, Type::i64, {0x1234'5678}), 0x456u);
}

TEST(Compute, SelectChoosesByItsCondition) {
    Node node;
    node.op = Opcode::select;
    node.type = Type::f64;
    node.detail = condition_detail(Condition::lts);
    EXPECT_EQ(compute(node, Type::i32, {0xffff'ffff, 0, 7, 8}), 7u);
    EXPECT_EQ(compute(node, Type::i64, {0xffff'ffff, 0, 7, 8}), 8u);
}

TEST(Compute, ClassesAreTheManualsBits) {
    const auto bit = [](std::uint64_t bits) { return result(Opcode::fclass, Type::f64, bits); };
    EXPECT_EQ(bit(0xfff0'0000'0000'0000), 1u << 0);
    EXPECT_EQ(bit(0xbff0'0000'0000'0000), 1u << 1);
    EXPECT_EQ(bit(0x8000'0000'0000'0001), 1u << 2);
    EXPECT_EQ(bit(0x8000'0000'0000'0000), 1u << 3);
    EXPECT_EQ(bit(0), 1u << 4);
    EXPECT_EQ(bit(1), 1u << 5);
    EXPECT_EQ(bit(0x0010'0000'0000'0000), 1u << 6);
    EXPECT_EQ(bit(0x7ff0'0000'0000'0000), 1u << 7);
    EXPECT_EQ(bit(0x7ff0'0000'0000'0001), 1u << 8);
    EXPECT_EQ(bit(0x7ff8'0000'0000'0000), 1u << 9);
    EXPECT_EQ(result(Opcode::fclass, Type::f32, 0x007f'ffff), 1u << 5);
}

TEST(Compute, SignsChangeOnBitsAlone) {
    EXPECT_EQ(result(Opcode::fneg, Type::f32, 0x7fc0'0001), 0xffc0'0001u);
    EXPECT_EQ(result(Opcode::fabs, Type::f64, kOnes), kOnes >> 1);
    EXPECT_EQ(result(Opcode::fsgnj, Type::f32, 0x3f80'0000, 0x8000'0000), 0xbf80'0000u);
}

TEST(Compute, EveryNanBecomesTheCanonicalOne) {
    EXPECT_EQ(result(Opcode::canon, Type::f32, 0xff80'0001), 0x7fc0'0000u);
    EXPECT_EQ(result(Opcode::canon, Type::f64, kOnes), 0x7ff8'0000'0000'0000u);
    EXPECT_EQ(result(Opcode::canon, Type::f64, 0xfff0'0000'0000'0000), 0xfff0'0000'0000'0000u);
}

TEST(Compute, WhatIsNotBoxedUnboxesToTheCanonicalNan) {
    EXPECT_EQ(result(Opcode::box, Type::f32, 0x3f80'0000), 0xffff'ffff'3f80'0000u);
    EXPECT_EQ(result(Opcode::unbox, Type::f64, 0xffff'ffff'3f80'0000), 0x3f80'0000u);
    EXPECT_EQ(result(Opcode::unbox, Type::f64, 0xffff'fffe'3f80'0000), 0x7fc0'0000u);
}

}  // namespace
}  // namespace vm::ir
