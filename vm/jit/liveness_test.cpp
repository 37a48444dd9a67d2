#include "vm/jit/liveness.h"

#include <array>

#include <gtest/gtest.h>

#include "vm/ir/builder.h"

namespace vm::jit {
namespace {

constexpr ir::Slot kX = ir::make_slot("x", 0, ir::Type::i64);
constexpr ir::Slot kY = ir::make_slot("y", 8, ir::Type::i64);
constexpr ir::Slot kMemory = ir::make_slot("m", 16, ir::Type::i64);
constexpr Home kHomeX = 0;
constexpr Home kHomeY = 1;

class LivenessTest : public ::testing::Test {
  protected:
    Liveness& compute() {
        liveness_.compute(block_, abi_);
        return liveness_;
    }
    std::uint32_t last() const { return static_cast<std::uint32_t>(block_.nodes().size() - 1); }

    EdgeAbi abi_{0, std::array<std::uint32_t, 2>{0, 8}, std::array<std::uint32_t, 0>{}};
    ir::Block block_;
    ir::Builder builder_{block_};
    Liveness liveness_;
};

TEST_F(LivenessTest, WhatAnExitWritesIsNeededUntilThere) {
    builder_.instruction({0x1000, 0});
    const auto x = builder_.slot(kX);
    const ir::Value sum = builder_.add(builder_.get(x), builder_.i64(1));
    builder_.set(x, sum);
    builder_.goto_({0x1004, 1});
    EXPECT_EQ(compute().last_use(sum.index()), last());
    EXPECT_EQ(liveness_.destination(sum.index()), kHomeX);
    EXPECT_TRUE(liveness_.is_written(sum.index()));
}

TEST_F(LivenessTest, AHomeThatNobodyWritesKeepsItsValueForEver) {
    builder_.instruction({0x1000, 0});
    builder_.goto_({0x1004, 1});
    EXPECT_EQ(compute().last_use(liveness_.initial(0, kHomeX)), Liveness::kForever);
    EXPECT_EQ(liveness_.last_use(liveness_.initial(0, kHomeY)), Liveness::kForever);
}

TEST_F(LivenessTest, WhatAHomeHeldIsNeededUntilTheLastExitBeforeItIsWritten) {
    const auto x = builder_.slot(kX);
    const auto y = builder_.slot(kY);
    builder_.instruction({0x1000, 0});
    const ir::Value first = builder_.load(ir::MemKind::u64, builder_.get(y));
    builder_.set(x, first);
    builder_.instruction({0x1004, 1});
    const ir::Value second = builder_.load(ir::MemKind::u64, builder_.get(y), 8);
    builder_.set(x, second);
    builder_.goto_({0x1008, 2});
    EXPECT_EQ(compute().last_use(liveness_.initial(0, kHomeX)), first.index());
    EXPECT_EQ(liveness_.last_use(first.index()), second.index());
    EXPECT_EQ(liveness_.last_use(second.index()), last());
    EXPECT_FALSE(liveness_.destination(first.index()).has_value());
}

TEST_F(LivenessTest, SlotsInMemoryHaveNoDestination) {
    builder_.instruction({0x1000, 0});
    const auto m = builder_.slot(kMemory);
    const ir::Value sum = builder_.add(builder_.get(m), builder_.i64(1));
    builder_.set(m, sum);
    builder_.goto_({0x1004, 1});
    EXPECT_FALSE(compute().home(m).has_value());
    EXPECT_FALSE(liveness_.destination(sum.index()).has_value());
    EXPECT_EQ(liveness_.last_use(sum.index()), last());
}

TEST_F(LivenessTest, ACallThatWritesStateBeginsASegmentOfNewValues) {
    builder_.instruction({0x1000, 0});
    const auto x = builder_.slot(kX);
    const ir::Value before = builder_.get(x);
    const ir::Value argument = builder_.add(before, builder_.i64(1));
    builder_.call(1, ir::Type::none, ir::kReadsState | ir::kWritesState, std::array{argument});
    builder_.instruction({0x1004, 1});
    builder_.set(x, builder_.add(builder_.get(x), builder_.i64(2)));
    builder_.goto_({0x1008, 2});
    const Liveness& liveness = compute();
    EXPECT_EQ(liveness.last_use(liveness.initial(0, kHomeY)), argument.index() + 1);
    EXPECT_GT(liveness.last_use(liveness.initial(1, kHomeX)), argument.index() + 1);
    EXPECT_EQ(liveness.last_use(liveness.initial(1, kHomeY)), Liveness::kForever);
}

TEST_F(LivenessTest, ALowHalfLiesInItsValue) {
    builder_.instruction({0x1000, 0});
    const auto x = builder_.slot(kX);
    const ir::Value whole = builder_.load(ir::MemKind::u64, builder_.get(x));
    const ir::Value half = builder_.low(whole);
    const ir::Value sum = builder_.add(half, builder_.i32(1));
    builder_.set(x, builder_.sext(sum));
    builder_.goto_({0x1004, 1});
    EXPECT_EQ(carrier(block_, half), whole);
    EXPECT_EQ(carrier(block_, sum), sum);
    EXPECT_EQ(compute().last_use(whole.index()), sum.index());
    EXPECT_EQ(liveness_.next_read(whole.index()), sum.index());
}

TEST_F(LivenessTest, TheNextReadIsToldAsNodesArePassed) {
    builder_.instruction({0x1000, 0});
    const ir::Value first = builder_.load(ir::MemKind::u64, builder_.i64(64));
    const ir::Value second = builder_.add(first, builder_.i64(1));
    const ir::Value third = builder_.mul(first, second);
    builder_.set(builder_.slot(kMemory), builder_.add(first, third));
    builder_.goto_({0x1004, 1});
    compute();
    EXPECT_EQ(liveness_.next_read(first.index()), second.index());
    liveness_.pass(first.index());
    liveness_.pass(second.index());
    EXPECT_EQ(liveness_.next_read(first.index()), third.index());
    EXPECT_EQ(liveness_.next_read(second.index()), third.index());
    liveness_.pass(third.index());
    EXPECT_EQ(liveness_.next_read(second.index()), Liveness::kNever);
}

TEST_F(LivenessTest, WhatDiesInAnOperationIsComputedWhereThatEndsUp) {
    builder_.instruction({0x1000, 0});
    const auto x = builder_.slot(kX);
    const ir::Value kept = builder_.load(ir::MemKind::u64, builder_.i64(64));
    const ir::Value first = builder_.add(kept, builder_.i64(1));
    builder_.set(x, builder_.mul(first, kept));
    builder_.set(builder_.slot(kMemory), kept);
    builder_.goto_({0x1004, 1});
    EXPECT_EQ(compute().destination(first.index()), kHomeX);
    EXPECT_FALSE(liveness_.destination(kept.index()).has_value());
}

}  // namespace
}  // namespace vm::jit
