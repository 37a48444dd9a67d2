#include "vm/jit/tier.h"

#include <array>
#include <functional>
#include <sys/mman.h>
#include <vector>

#include <gtest/gtest.h>

#include "vm/base/check.h"
#include "vm/ir/builder.h"
#include "vm/jit/fault_watch.h"
#include "vm/jit/x64/backend.h"

namespace vm::jit {
namespace {

using Kind = engine::NativeOutcome::Kind;

constexpr std::uint64_t kPc = 0x1000;
constexpr std::uint64_t kNext = 0x2000;
constexpr ir::Slot kX = ir::make_slot("x", 0, ir::Type::i64);  // has a home
constexpr ir::Slot kY = ir::make_slot("y", 8, ir::Type::i64);  // has none

// A guest of two registers. What its code means each test says.
class Guest final : public engine::Frontend {
  public:
    ~Guest() override { ::munmap(reserved_, kReserved); }

    std::uint32_t lift(ir::Block& block, const engine::NativeRequest&) override {
        block.clear();
        ir::Builder builder(block);
        return code(builder);
    }
    std::byte* state() override { return reinterpret_cast<std::byte*>(registers.data()); }
    void* memory() override { return reserved_ + kGuardBytes; }

    Outcome load(std::uint64_t address, unsigned size) override {
        asked = {address, size};
        return answer;
    }
    Outcome store(std::uint64_t address, unsigned size, std::uint64_t value) override {
        asked = {address, size, value};
        return answer;
    }
    Outcome call(std::uint32_t helper, const std::array<std::uint64_t, 4>& arguments) override {
        asked = {helper, arguments[0], arguments[1]};
        return answer;
    }

    std::function<std::uint32_t(ir::Builder&)> code;
    std::array<std::uint64_t, 2> registers{10, 20};
    Outcome answer{};
    std::vector<std::uint64_t> asked;

  private:
    static constexpr std::size_t kReserved = (std::size_t{1} << kAddressBits) + 2 * kGuardBytes;

    // Of which nothing is there.
    static std::byte* reserve() {
        void* const all =
            ::mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        VM_CHECK(all != MAP_FAILED);
        return static_cast<std::byte*>(all);
    }
    std::byte* reserved_ = reserve();
};

ir::Value x_of(ir::Builder& builder) { return builder.get(builder.slot(kX)); }

// One instruction that adds to both registers, and a jump behind it.
std::uint32_t count_up(ir::Builder& builder) {
    builder.instruction({kPc, 0});
    for (const ir::Slot& each : {kX, kY}) {
        const ir::SlotIndex slot = builder.slot(each);
        builder.set(slot, builder.add(builder.get(slot), builder.i64(1)));
    }
    builder.goto_({kNext, 1});
    return 1;
}

// x is loaded from where it points to.
std::uint32_t load_x(ir::Builder& builder, ir::Reach reach) {
    builder.instruction({kPc, 0});
    builder.set(builder.slot(kX), builder.load(ir::MemKind::s16, x_of(builder), 4, reach));
    builder.goto_({kNext, 1});
    return 1;
}

class TierTest : public testing::Test {
  protected:
    void SetUp() override {
        FaultWatch::install_handler();
        auto backend = x64::make_backend(abi_, MemoryModel{});
        if (not backend) GTEST_SKIP() << backend.error().message;
        tier_ = std::make_unique<Tier>(guest_, abi_, std::move(*backend), TierOptions{.code_bytes = 1 << 14});
    }

    const void* compile(std::function<std::uint32_t(ir::Builder&)> code) {
        guest_.code = std::move(code);
        return tier_->compile({kPc, {}, 64, 7});
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

    EdgeAbi abi_{0, std::array<std::uint32_t, 1>{0}, std::array<std::uint32_t, 0>{}};
    Guest guest_;
    std::unique_ptr<Tier> tier_;
};

TEST_F(TierTest, AnExitSaysWhereTheGuestGoesOnAndWhoseItWas) {
    const auto outcome = run(count_up);
    EXPECT_EQ(outcome.kind, Kind::go_on);
    EXPECT_EQ(outcome.pc, kNext);
    EXPECT_EQ(outcome.countdown, 99);
    EXPECT_NE(outcome.exit, nullptr);
    EXPECT_EQ(outcome.page, 7u);
    EXPECT_EQ(guest_.registers, (std::array<std::uint64_t, 2>{11, 21}));
    EXPECT_EQ(tier_->counts().retired, 1u);
}

TEST_F(TierTest, WhatTheGuestDoesNotLiftIsRefused) {
    EXPECT_EQ(compile([](ir::Builder& builder) {
                  builder.leave(ir::Leave::interpret, {kPc, 0});
                  return 0;
              }),
              nullptr);
    EXPECT_EQ(tier_->counts().refused, 1u);
    EXPECT_FALSE(tier_->full());
}

TEST_F(TierTest, ALinkedExitDoesNotComeBack) {
    const void* const first = compile(count_up);
    const auto outcome = tier_->run(first, 100);
    tier_->link(outcome.exit, first);
    const auto later = tier_->run(first, 10);
    EXPECT_EQ(later.kind, Kind::spent);
    EXPECT_EQ(later.pc, kPc);
    EXPECT_EQ(later.countdown, 0);
    EXPECT_EQ(guest_.registers[0], 21u);
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

TEST_F(TierTest, AComputedJumpThatIsRememberedDoesNotComeBackUntilAllIsCleared) {
    const auto jump_to_x = [](ir::Builder& builder) {
        builder.instruction({kPc, 0});
        const ir::Value target = x_of(builder);
        builder.set(builder.slot(kX), builder.i64(kNext));
        builder.goto_value(target, {kPc, 1});
        return 1;
    };
    const void* const count = compile(count_up);
    const void* const jump = compile(jump_to_x);
    guest_.registers[0] = 0x4444;
    tier_->remember(0x4444, count);
    EXPECT_EQ(tier_->run(jump, 100).pc, kNext);
    EXPECT_EQ(guest_.registers[1], 21u);  // count_up has run
    EXPECT_EQ(tier_->counts().retired, 2u);
    guest_.registers[0] = 0x4444 + 2 * JumpCache::kEntries;  // the same entry of the cache
    EXPECT_EQ(tier_->run(jump, 100).pc, 0x4444 + 2 * JumpCache::kEntries);
    tier_->clear();
    guest_.registers[0] = 0x4444;
    EXPECT_EQ(tier_->run(compile(jump_to_x), 100).pc, 0x4444u);
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

TEST_F(TierTest, WhenNothingMoreFitsItSaysSoAndBeginsAnewOnceCleared) {
    const void* const first = compile(count_up);
    std::size_t blocks = 1;
    while (compile(count_up) != nullptr) ++blocks;
    EXPECT_TRUE(tier_->full());
    EXPECT_GT(blocks, 10u);
    tier_->clear();
    EXPECT_FALSE(tier_->full());
    EXPECT_EQ(compile(count_up), first);
    EXPECT_EQ(tier_->run(first, 100).pc, kNext);
}

TEST_F(TierTest, CompilesNothingWhereCodeHasNoRoom) {
    auto backend = x64::make_backend(abi_, MemoryModel{});
    Tier tier(guest_, abi_, std::move(*backend), TierOptions{.code_bytes = 0});
    guest_.code = count_up;
    EXPECT_EQ(tier.compile({kPc, {}, 64, 7}), nullptr);
    EXPECT_FALSE(tier.full());
    tier.select_space(3);
    tier.clear();
    EXPECT_EQ(tier.compile({kPc, {}, 64, 7}), nullptr);
    EXPECT_EQ(tier.counts().refused, 2u);
}

}  // namespace
}  // namespace vm::jit
