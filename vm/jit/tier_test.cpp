#include "vm/jit/tier.h"

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "vm/jit/fault_watch.h"
#include "vm/jit/guest_fixture.h"

namespace vm::jit {
namespace {

using Kind = engine::NativeOutcome::Kind;

// x is loaded from where it points to.
std::uint32_t load_x(ir::Builder& builder, ir::Reach reach) {
    builder.instruction({kPc, 0});
    builder.set(builder.slot(kX), builder.load(ir::MemKind::s16, x_of(builder), 4, reach));
    builder.goto_({kNext, 1});
    return 1;
}

std::uint32_t count(ir::Builder& builder) { return count_up(builder, kPc, kNext); }

class TierTest : public ::testing::Test {
  protected:
    void SetUp() override {
        FaultWatch::install_handler();
        auto backend = x64::make_backend(kAbi, MemoryModel{});
        if (not backend) GTEST_SKIP() << backend.error().message;
        tier_ = std::make_unique<Tier>(
            guest_, std::make_shared<CodeCache>(kAbi, std::move(*backend), CodeCacheOptions{}));
    }

    const void* compile(std::function<std::uint32_t(ir::Builder&)> code) {
        guest_.code = std::move(code);
        return tier_->compile({.pc = kPc, .instructions = 64, .scope = engine::NativeRequest::Scope::none})
            .entry;
    }
    engine::NativeOutcome run(std::function<std::uint32_t(ir::Builder&)> code) {
        const void* const entry = compile(std::move(code));
        EXPECT_NE(entry, nullptr);
        return tier_->run(entry, 100);
    }
    // Before the instruction, which has changed nothing.
    void expect_left(const engine::NativeOutcome& outcome) {
        EXPECT_EQ(outcome.kind, Kind::interpret);
        EXPECT_EQ(outcome.pc, kPc);
        EXPECT_EQ(outcome.countdown, 100);
        EXPECT_EQ(outcome.exit, nullptr);
    }

    Guest guest_;
    std::unique_ptr<Tier> tier_;
};

TEST_F(TierTest, AnExitSaysWhereTheGuestGoesOn) {
    const auto outcome = run(count);
    EXPECT_EQ(outcome.kind, Kind::go_on);
    EXPECT_EQ(outcome.pc, kNext);
    EXPECT_EQ(outcome.countdown, 99);
    EXPECT_NE(outcome.exit, nullptr);
    EXPECT_EQ(guest_.registers, (std::array<std::uint64_t, 2>{11, 21}));
    EXPECT_EQ(tier_->counts().retired, 1u);
}

TEST_F(TierTest, AComputedJumpCannotBeLinked) {
    const auto outcome = run([](ir::Builder& builder) {
        builder.instruction({kPc, 0});
        builder.goto_value(x_of(builder), {kPc, 1});
        return 1;
    });
    EXPECT_EQ(outcome.kind, Kind::go_on);
    EXPECT_EQ(outcome.pc, 10u);
    EXPECT_EQ(outcome.exit, nullptr);
}

TEST_F(TierTest, AComputedJumpThatIsRememberedDoesNotComeBackUntilAllIsForgotten) {
    const auto jump_to_x = [](ir::Builder& builder) {
        builder.instruction({kPc, 0});
        const ir::Value target = x_of(builder);
        builder.set(builder.slot(kX), builder.i64(kNext));
        builder.goto_value(target, {kPc, 1});
        return 1;
    };
    const void* const counts = compile(count);
    const void* const jump = compile(jump_to_x);
    guest_.registers[0] = 0x4444;
    tier_->remember(0x4444, counts);
    EXPECT_EQ(tier_->run(jump, 100).pc, kNext);
    EXPECT_EQ(guest_.registers[1], 21u);  // both have run
    EXPECT_EQ(tier_->counts().retired, 2u);
    guest_.registers[0] = 0x4444 + 2 * JumpCache::kEntries;  // the same entry of the cache
    EXPECT_EQ(tier_->run(jump, 100).pc, 0x4444 + 2 * JumpCache::kEntries);
    tier_->forget();
    guest_.registers[0] = 0x4444;
    EXPECT_EQ(tier_->run(compile(jump_to_x), 100).pc, 0x4444u);
}

TEST_F(TierTest, ComputedJumpsThatComeBackAreCounted) {
    run([](ir::Builder& builder) {
        builder.instruction({kPc, 0});
        builder.goto_value(x_of(builder), {kPc, 1});
        return 1;
    });
    EXPECT_EQ(tier_->counts().jump_misses, 1u);
    EXPECT_GT(tier_->cache().counts().compile_time.count(), 0);
}

TEST_F(TierTest, ATrapIsToldWithItsCauseAndValue) {
    const auto outcome = run([](ir::Builder& builder) {
        builder.instruction({kPc, 0});
        builder.set(builder.slot(kY), builder.i64(5));
        builder.instruction({kPc + 4, 1});
        builder.trap(3, x_of(builder));
        return 1;
    });
    EXPECT_EQ(outcome.kind, Kind::trap);
    EXPECT_EQ(outcome.pc, kPc + 4);
    EXPECT_EQ(outcome.countdown, 99);
    EXPECT_EQ(outcome.trap.cause, 3u);
    EXPECT_EQ(outcome.trap.value, 10u);
    EXPECT_EQ(guest_.registers[1], 5u);
}

TEST_F(TierTest, AnAccessThatMayMeetADeviceIsTheGuests) {
    guest_.answer = {true, 0x8001};
    EXPECT_EQ(run([](ir::Builder& builder) { return load_x(builder, ir::Reach::device); }).kind, Kind::go_on);
    EXPECT_EQ(guest_.asked, (std::vector<std::uint64_t>{14, 2}));
    EXPECT_EQ(guest_.registers[0], 0xffff'ffff'ffff'8001u);
}

TEST_F(TierTest, AnAccessThatTheGuestDoesNotMakeIsInterpreted) {
    expect_left(run([](ir::Builder& builder) { return load_x(builder, ir::Reach::device); }));
    EXPECT_EQ(guest_.registers[0], 10u);
}

TEST_F(TierTest, AnAccessThatFailsInHardwareIsInterpreted) {
    expect_left(run([](ir::Builder& builder) { return load_x(builder, ir::Reach::memory); }));
    EXPECT_EQ(guest_.registers[0], 10u);
    EXPECT_EQ(tier_->counts().faults, 1u);
    EXPECT_TRUE(guest_.asked.empty());
}

TEST_F(TierTest, AnAccessFromOutsideTheAddressSpaceIsInterpreted) {
    guest_.registers[0] = ~std::uint64_t{0};
    guest_.answer = {true, 0};
    expect_left(run([](ir::Builder& builder) { return load_x(builder, ir::Reach::memory); }));
    EXPECT_EQ(tier_->counts().faults, 0u);
    EXPECT_TRUE(guest_.asked.empty());
}

TEST_F(TierTest, ACallIsTheGuests) {
    const auto code = [](ir::Builder& builder) {
        builder.instruction({kPc, 0});
        const ir::Value arguments[] = {x_of(builder), builder.i64(6)};
        builder.set(builder.slot(kY), builder.call(9, ir::Type::i64, ir::kExits, arguments));
        builder.goto_({kNext, 1});
        return 1;
    };
    guest_.answer = {true, 77};
    EXPECT_EQ(run(code).kind, Kind::go_on);
    EXPECT_EQ(guest_.asked, (std::vector<std::uint64_t>{9, 10, 6}));
    EXPECT_EQ(guest_.registers[1], 77u);
    guest_.answer = {false, 1};
    expect_left(run(code));
    EXPECT_EQ(guest_.registers[1], 77u);
}

}  // namespace
}  // namespace vm::jit
