#include "vm/ir/opcode.h"

#include <set>

#include <gtest/gtest.h>

#include "vm/ir/node.h"

namespace vm::ir {
namespace {

TEST(Opcode, NamesDiffer) {
    std::set<std::string_view> names;
    for (const OpcodeInfo& line : kOpcodeTable) EXPECT_TRUE(names.insert(line.name).second) << line.name;
}

TEST(Opcode, SignaturesAreOfKnownLetters) {
    for (const OpcodeInfo& line : kOpcodeTable) {
        EXPECT_LE(line.operands.size(), kMaxOperands) << line.name;
        EXPECT_EQ(line.operands.find_first_not_of("wqsdIFT*"), std::string_view::npos) << line.name;
    }
}

TEST(Opcode, ResultsThatFollowAnOperandNameOneThatThereIs) {
    for (const OpcodeInfo& line : kOpcodeTable) {
        if (line.rule == ResultRule::of_operand) {
            EXPECT_LT(line.result_from, line.operands.size()) << line.name;
        }
    }
}

TEST(Opcode, TypesOfResultsFollowTheSignature) {
    const auto single = [](std::size_t) { return Type::f32; };
    const auto word = [](std::size_t) { return Type::i32; };
    EXPECT_EQ(result_type(Opcode::add, Type::none, word), Type::i32);
    EXPECT_EQ(result_type(Opcode::eq, Type::none, word), Type::i64);
    EXPECT_EQ(result_type(Opcode::bits, Type::none, single), Type::i32);
    EXPECT_EQ(result_type(Opcode::float_, Type::none, word), Type::f32);
    EXPECT_EQ(result_type(Opcode::fwiden, Type::none, single), Type::f64);
    EXPECT_EQ(result_type(Opcode::load, Type::i64, word), Type::i64);
    EXPECT_EQ(result_type(Opcode::store, Type::none, word), Type::none);
    const auto chosen = [](std::size_t k) { return k < 2 ? Type::i64 : Type::f64; };
    EXPECT_EQ(result_type(Opcode::select, Type::none, chosen), Type::f64);
}

TEST(Opcode, ComparisonsStandInTheOrderOfConditions) {
    for (std::size_t i = 0; i < kConditionNames.size(); ++i) {
        const auto relation = static_cast<Condition>(i);
        EXPECT_EQ(info(comparison(relation)).name, kConditionNames[i]);
        EXPECT_EQ(condition_of(comparison(relation)), relation);
        EXPECT_EQ(opposite(opposite(relation)), relation);
    }
    EXPECT_EQ(opposite(Condition::lts), Condition::ges);
}

TEST(Opcode, CallsHaveTheEffectsTheyName) {
    Node call;
    call.op = Opcode::call;
    EXPECT_TRUE(is_pure(call));
    EXPECT_FALSE(must_stay(call));
    call.detail = kReadsMemory;
    EXPECT_FALSE(is_pure(call));
    EXPECT_FALSE(must_stay(call));
    call.detail = kReadsState;
    EXPECT_TRUE(needs_frame(call));
    call.detail = kWritesMemory;
    EXPECT_TRUE(must_stay(call));
    EXPECT_FALSE(needs_frame(call));
}

TEST(Opcode, ReadingASlotIsNoWayOut) {
    Node get;
    get.op = Opcode::get;
    EXPECT_FALSE(needs_frame(get));
    EXPECT_FALSE(must_stay(get));
    EXPECT_FALSE(is_pure(get));
}

}  // namespace
}  // namespace vm::ir
