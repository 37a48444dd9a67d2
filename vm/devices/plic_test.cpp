#include "vm/devices/plic.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/test_node.h"

namespace vm::devices {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kPending = 0x1000, kEnable = 0x2000, kThreshold = 0x200000, kClaim = 0x200004;
constexpr std::uint64_t kEnableStride = 0x80, kStride = 0x1000;
constexpr unsigned kMachine = 0, kSupervisor = 1;

class PlicTest : public ::testing::Test {
  protected:
    std::uint64_t get(std::uint64_t offset) { return plic_.load(offset, 4); }
    void set(std::uint64_t offset, std::uint64_t value) { plic_.store(offset, 4, value); }

    void enable(unsigned context, unsigned source, std::uint64_t priority) {
        const std::uint64_t word = kEnable + context * kEnableStride + source / 32 * 4;
        set(word, get(word) | std::uint64_t{1} << source % 32);
        set(4 * source, priority);
    }
    std::uint64_t claim(unsigned context) { return get(kClaim + context * kStride); }
    void complete(unsigned context, std::uint64_t source) { set(kClaim + context * kStride, source); }

    std::vector<bool> raised_ = {false, false};
    unsigned changes_ = 0;
    Plic plic_{2, [this](unsigned context, bool raised) {
                   raised_[context] = raised;
                   ++changes_;
               }};
};

TEST_F(PlicTest, AnEnabledSourceRaisesItsContextAlone) {
    enable(kSupervisor, 10, 1);
    plic_.set_line(10, true);
    EXPECT_THAT(raised_, ElementsAre(false, true));
    EXPECT_EQ(get(kPending), 1U << 10);
}

TEST_F(PlicTest, ClaimTakesTheSourceAndLowersTheLine) {
    enable(kMachine, 10, 1);
    plic_.set_line(10, true);
    EXPECT_EQ(claim(kMachine), 10U);
    EXPECT_FALSE(raised_[kMachine]);
    EXPECT_EQ(get(kPending), 0U);
    EXPECT_EQ(claim(kMachine), 0U);
}

TEST_F(PlicTest, ALineStillHighAtCompletionIsPendingAgain) {
    enable(kMachine, 10, 1);
    plic_.set_line(10, true);
    claim(kMachine);
    complete(kMachine, 10);
    EXPECT_TRUE(raised_[kMachine]);
    EXPECT_EQ(claim(kMachine), 10U);
}

TEST_F(PlicTest, ALineThatFellBeforeCompletionIsDone) {
    enable(kMachine, 10, 1);
    plic_.set_line(10, true);
    claim(kMachine);
    plic_.set_line(10, false);
    complete(kMachine, 10);
    EXPECT_FALSE(raised_[kMachine]);
    EXPECT_EQ(claim(kMachine), 0U);
}

TEST_F(PlicTest, APendingSourceStaysPendingWhenItsLineFalls) {
    enable(kMachine, 10, 1);
    plic_.set_line(10, true);
    plic_.set_line(10, false);
    EXPECT_TRUE(raised_[kMachine]);
    EXPECT_EQ(claim(kMachine), 10U);
    complete(kMachine, 10);
    EXPECT_FALSE(raised_[kMachine]);
}

TEST_F(PlicTest, ALineThatRisesWhileClaimedWaitsForCompletion) {
    enable(kMachine, 10, 1);
    plic_.set_line(10, true);
    claim(kMachine);
    plic_.set_line(10, false);
    plic_.set_line(10, true);
    EXPECT_FALSE(raised_[kMachine]);
    complete(kMachine, 10);
    EXPECT_TRUE(raised_[kMachine]);
}

TEST_F(PlicTest, HigherPriorityIsClaimedFirstAndTheLowestNumberAmongEquals) {
    enable(kMachine, 5, 2);
    enable(kMachine, 40, 7);
    enable(kMachine, 95, 2);
    for (const unsigned source : {95U, 5U, 40U}) {
        plic_.set_line(source, true);
    }
    EXPECT_EQ(claim(kMachine), 40U);
    EXPECT_EQ(claim(kMachine), 5U);
    EXPECT_EQ(claim(kMachine), 95U);
}

TEST_F(PlicTest, PriorityZeroNeverInterruptsAndCannotBeClaimed) {
    enable(kMachine, 10, 0);
    plic_.set_line(10, true);
    EXPECT_FALSE(raised_[kMachine]);
    EXPECT_EQ(claim(kMachine), 0U);
    set(4 * 10, 1);
    EXPECT_TRUE(raised_[kMachine]);
}

TEST_F(PlicTest, ThresholdMasksItsOwnPriorityAndBelow) {
    enable(kMachine, 10, 3);
    set(kThreshold, 3);
    plic_.set_line(10, true);
    EXPECT_FALSE(raised_[kMachine]);
    set(kThreshold, 2);
    EXPECT_TRUE(raised_[kMachine]);
}

TEST_F(PlicTest, ClaimsAreNotAffectedByTheThreshold) {
    enable(kMachine, 10, 3);
    set(kThreshold, 7);
    plic_.set_line(10, true);
    EXPECT_EQ(claim(kMachine), 10U);
}

TEST_F(PlicTest, AClaimByOneContextLowersTheOtherToo) {
    enable(kMachine, 10, 1);
    enable(kSupervisor, 10, 1);
    plic_.set_line(10, true);
    EXPECT_THAT(raised_, ElementsAre(true, true));
    EXPECT_EQ(claim(kSupervisor), 10U);
    EXPECT_THAT(raised_, ElementsAre(false, false));
    EXPECT_EQ(claim(kMachine), 0U);
}

TEST_F(PlicTest, ACompletionOfWhatIsNotEnabledIsIgnored) {
    enable(kMachine, 10, 1);
    plic_.set_line(10, true);
    claim(kMachine);
    complete(kSupervisor, 10);
    complete(kMachine, 96);
    complete(kMachine, 0xffffffff);
    EXPECT_FALSE(raised_[kMachine]);
    complete(kMachine, 10);
    EXPECT_TRUE(raised_[kMachine]);
}

TEST_F(PlicTest, ACompletionWithoutAClaimMakesNothingPendingThatIsLow) {
    enable(kMachine, 10, 1);
    complete(kMachine, 10);
    EXPECT_FALSE(raised_[kMachine]);
    EXPECT_EQ(changes_, 0U);
}

TEST_F(PlicTest, DisablingASourceLowersTheLine) {
    enable(kMachine, 10, 1);
    plic_.set_line(10, true);
    set(kEnable, 0);
    EXPECT_FALSE(raised_[kMachine]);
}

TEST_F(PlicTest, OutputsAreCalledForChangesOnly) {
    enable(kMachine, 10, 1);
    enable(kMachine, 11, 1);
    plic_.set_line(10, true);
    plic_.set_line(11, true);
    plic_.set_line(10, true);
    EXPECT_EQ(changes_, 1U);
}

TEST_F(PlicTest, SourceZeroDoesNotExist) {
    set(0, 7);
    set(kEnable, 0xffffffff);
    EXPECT_EQ(get(0), 0U);
    EXPECT_EQ(get(kEnable), 0xfffffffeU);
}

TEST_F(PlicTest, PrioritiesAndThresholdsKeepThreeBits) {
    set(4 * 95, 0xffffffff);
    set(kThreshold + kStride, 0xffffffff);
    EXPECT_EQ(get(4 * 95), 7U);
    EXPECT_EQ(get(kThreshold + kStride), 7U);
}

TEST_F(PlicTest, PendingBitsAreReadOnly) {
    set(kPending, 0xffffffff);
    EXPECT_EQ(get(kPending), 0U);
    EXPECT_EQ(plic_.unknown_accesses(), 0U);
}

TEST_F(PlicTest, WhatHasNoRegisterReadsZeroAndIsCounted) {
    const std::uint64_t unknown[] = {
        4 * 96,         0x100c,       kEnable + 12,       kEnable + 2 * kEnableStride,
        kThreshold + 8, 0x200000 - 4, kThreshold + 0x2000};
    for (const std::uint64_t offset : unknown) {
        set(offset, 0xffffffff);
        EXPECT_EQ(get(offset), 0U) << offset;
    }
    EXPECT_EQ(plic_.unknown_accesses(), 2 * std::size(unknown));
}

TEST_F(PlicTest, OnlyAccessesOf32BitsMeetRegisters) {
    enable(kMachine, 10, 1);
    plic_.set_line(10, true);
    EXPECT_EQ(plic_.load(kThreshold, 8), 0U);
    EXPECT_EQ(plic_.load(4 * 10, 1), 0U);
    plic_.store(4 * 10, 2, 0);
    EXPECT_EQ(plic_.unknown_accesses(), 3U);
    EXPECT_TRUE(raised_[kMachine]);
}

TEST(PlicThreads, EveryRisingLineOfSeveralThreadsIsClaimedInTheEnd) {
    std::atomic<bool> raised{false};
    Plic plic(1, [&](unsigned, bool now) { raised = now; });
    for (unsigned source = 1; source <= 4; ++source) {
        plic.store(4 * source, 4, 1);
    }
    plic.store(kEnable, 4, 0x1e);
    constexpr unsigned kRounds = 100;
    std::atomic<unsigned> served[5] = {};
    std::vector<std::thread> devices;
    for (unsigned source = 1; source <= 4; ++source) {
        devices.emplace_back([&, source] {
            for (unsigned round = 1; round <= kRounds; ++round) {
                plic.set_line(source, true);
                while (served[source] < round) {
                    std::this_thread::yield();
                }
            }
        });
    }
    for (unsigned claims = 0; claims < 4 * kRounds;) {
        const auto source = static_cast<unsigned>(plic.load(kClaim, 4));
        if (source != 0) {
            plic.set_line(source, false);
            plic.store(kClaim, 4, source);
            ++served[source];
            ++claims;
        }
    }
    for (std::thread& device : devices) {
        device.join();
    }
    EXPECT_FALSE(raised);
}

TEST(PlicDeathTest, LinesThatDoNotExistAbort) {
    Plic plic(1, [](unsigned, bool) {});
    EXPECT_DEATH(plic.set_line(0, true), "plic.cpp");
    EXPECT_DEATH(plic.set_line(96, true), "plic.cpp");
}

TEST(PlicNode, ConnectsMachineAndSupervisorModeOfEachHart) {
    const std::uint32_t controllers[] = {1, 2};
    const DeviceTreeNode node = plic_node(mem::PhysAddr{0xc000000}, 3, controllers);
    EXPECT_EQ(node.name, "plic@c000000");
    EXPECT_THAT(cells(node, "interrupts-extended"), ElementsAre(1U, 11U, 1U, 9U, 2U, 11U, 2U, 9U));
    EXPECT_THAT(cells(node, "reg"), ElementsAre(0U, 0xc000000U, 0U, 0x204000U));
    EXPECT_THAT(cells(node, "riscv,ndev"), ElementsAre(95U));
    EXPECT_THAT(cells(node, "phandle"), ElementsAre(3U));
    EXPECT_TRUE(has_empty(node, "interrupt-controller"));
}

}  // namespace
}  // namespace vm::devices
