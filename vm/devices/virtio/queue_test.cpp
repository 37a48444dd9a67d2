#include "vm/devices/virtio/queue.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/virtio/features.h"
#include "vm/devices/virtio/test_driver.h"

namespace vm::devices::virtio {
namespace {

constexpr std::uint16_t kSize = 4;
constexpr std::uint64_t kData = TestDriver::kData;

class QueueTest : public ::testing::Test {
  protected:
    QueueTest() {
        for (std::uint16_t i = 0; i < kSize; ++i) {
            driver_.describe(i, {kData + 0x100 * i, 16, descriptor_flag::kWrite, 0});
        }
    }
    void start(std::uint64_t features = 0) { queue_.start(driver_.rings(), features); }
    // Serves one request, writing as many bytes.
    void serve(std::uint32_t written) {
        const auto chain = queue_.pop();
        ASSERT_TRUE(chain.has_value());
        queue_.push(*chain, written);
    }
    void expect_refused(const Queue::Rings& rings) {
        queue_.start(rings, 0);
        EXPECT_TRUE(queue_.broken());
        EXPECT_FALSE(queue_.running());
        EXPECT_FALSE(queue_.pop().has_value());
    }

    mem::GuestRam ram_ = test_ram();
    std::atomic<bool> halted_{false};
    TestDriver driver_{ram_, kSize};
    Queue queue_{ram_, halted_};
};

TEST_F(QueueTest, AStoppedQueueYieldsNothing) {
    driver_.offer(0);
    EXPECT_FALSE(queue_.running());
    EXPECT_FALSE(queue_.broken());
    EXPECT_FALSE(queue_.pop().has_value());
}

TEST_F(QueueTest, ChainsComeInTheOrderTheyWereOffered) {
    start();
    driver_.offer(2);
    driver_.offer(1);
    EXPECT_EQ(queue_.pop()->head, 2U);
    EXPECT_EQ(queue_.pop()->head, 1U);
    EXPECT_FALSE(queue_.pop().has_value());
    EXPECT_TRUE(queue_.running());
}

TEST_F(QueueTest, ChainsMayBeGivenBackInAnotherOrder) {
    start();
    driver_.offer(2);
    driver_.offer(1);
    const auto first = queue_.pop();
    const auto second = queue_.pop();
    queue_.push(*second, 7);
    queue_.push(*first, 5);
    EXPECT_EQ(driver_.used_index(), 2U);
    EXPECT_EQ(driver_.used(0), (TestUsed{1, 7}));
    EXPECT_EQ(driver_.used(1), (TestUsed{2, 5}));
}

TEST_F(QueueTest, IndicesRunThroughSixteenBits) {
    start();
    for (unsigned i = 0; i < 0x1'0003; ++i) {
        driver_.offer(static_cast<std::uint16_t>(i % kSize));
        serve(i);
    }
    EXPECT_EQ(driver_.used_index(), 3U);
    EXPECT_EQ(driver_.used(2), (TestUsed{2, 0x1'0002}));
    EXPECT_TRUE(queue_.running());
}

TEST_F(QueueTest, StartingAnewBeginsAtIndexZero) {
    start();
    driver_.offer(1);
    serve(0);
    driver_.set_available_index(0);
    start();
    driver_.offer(3);
    EXPECT_EQ(queue_.pop()->head, 3U);
}

TEST_F(QueueTest, AChainOfBeforeARestartIsNotTakenBack) {
    start();
    driver_.offer(1);
    const auto old = queue_.pop();
    driver_.set_available_index(0);
    start();
    driver_.offer(2);
    const auto chain = queue_.pop();
    queue_.push(*old, 1);
    EXPECT_EQ(driver_.used_index(), 0U);
    queue_.push(*chain, 5);
    EXPECT_EQ(driver_.used(0), (TestUsed{2, 5}));
}

TEST_F(QueueTest, AFullQueueIsFine) {
    start();
    for (std::uint16_t i = 0; i < kSize; ++i) {
        driver_.offer(i);
    }
    for (std::uint16_t i = 0; i < kSize; ++i) {
        EXPECT_EQ(queue_.pop()->head, i);
    }
    EXPECT_FALSE(queue_.broken());
}

TEST_F(QueueTest, AnIndexFurtherAheadThanTheQueueIsLongBreaksIt) {
    start();
    driver_.set_available_index(kSize + 1);
    EXPECT_FALSE(queue_.pop().has_value());
    EXPECT_TRUE(queue_.broken());
}

TEST_F(QueueTest, AnIndexThatGoesBackBreaksIt) {
    start();
    driver_.offer(0);
    serve(0);
    driver_.set_available_index(0);
    EXPECT_FALSE(queue_.pop().has_value());
    EXPECT_TRUE(queue_.broken());
}

TEST_F(QueueTest, AHeadBeyondTheTableBreaksIt) {
    start();
    driver_.offer(kSize);
    EXPECT_FALSE(queue_.pop().has_value());
    EXPECT_TRUE(queue_.broken());
}

TEST_F(QueueTest, OfferingTheSameChainForEverBreaksItWhenNoneComesBack) {
    start();
    for (unsigned i = 0; i < kSize; ++i) {
        driver_.offer(0);
        EXPECT_TRUE(queue_.pop().has_value());
    }
    driver_.offer(0);
    EXPECT_FALSE(queue_.pop().has_value());
    EXPECT_TRUE(queue_.broken());
}

TEST_F(QueueTest, ABrokenQueueTakesNothing) {
    start();
    driver_.offer(0);
    const auto chain = queue_.pop();
    driver_.offer(kSize);
    EXPECT_FALSE(queue_.pop().has_value());
    queue_.push(*chain, 1);
    EXPECT_EQ(driver_.used_index(), 0U);
    EXPECT_FALSE(queue_.take_interrupt());
}

TEST_F(QueueTest, SizesThatAreNoPowerOfTwoOrTooLargeAreRefused) {
    auto rings = driver_.rings();
    for (const unsigned size : {0U, 3U, 0x8001U, 0xffffU}) {
        rings.size = static_cast<std::uint16_t>(size);
        expect_refused(rings);
    }
}

TEST_F(QueueTest, MisalignedPartsAreRefused) {
    auto rings = driver_.rings();
    rings.descriptors += 8;
    expect_refused(rings);
    rings = driver_.rings();
    rings.driver += 1;
    expect_refused(rings);
    rings = driver_.rings();
    rings.device += 2;
    expect_refused(rings);
}

TEST_F(QueueTest, PartsThatEndOutsideTheRamAreRefused) {
    constexpr std::uint64_t kEnd = raw(kTestRam) + kTestRamSize;
    for (const std::uint64_t address : {kEnd - 16, kEnd, std::uint64_t{0}, ~std::uint64_t{0} - 15}) {
        auto rings = driver_.rings();
        rings.descriptors = address;
        expect_refused(rings);
        rings = driver_.rings();
        rings.device = address;
        expect_refused(rings);
    }
    auto rings = driver_.rings();
    rings.driver = kEnd - 12;  // room for the ring, but not for the event behind it
    expect_refused(rings);
}

TEST_F(QueueTest, AnInterruptIsWantedOnceForWhatWasPushed) {
    start();
    EXPECT_FALSE(queue_.take_interrupt());
    driver_.offer(0);
    driver_.offer(1);
    serve(0);
    serve(0);
    EXPECT_TRUE(queue_.take_interrupt());
    EXPECT_FALSE(queue_.take_interrupt());
}

TEST_F(QueueTest, TheDriverCanDoWithoutInterrupts) {
    start();
    driver_.set_available_flags(1);
    driver_.offer(0);
    serve(0);
    EXPECT_FALSE(queue_.take_interrupt());
}

TEST_F(QueueTest, WithEventIndexTheInterruptComesWhenTheIndexIsPassed) {
    start(feature::kEventIndex);
    driver_.set_used_event(1);
    driver_.offer(0);
    serve(0);
    EXPECT_FALSE(queue_.take_interrupt());
    driver_.offer(1);
    serve(0);
    EXPECT_TRUE(queue_.take_interrupt());
    driver_.offer(2);
    serve(0);
    EXPECT_FALSE(queue_.take_interrupt());
}

TEST_F(QueueTest, WithEventIndexOneInterruptIsEnoughForABatchThatPassesTheIndex) {
    start(feature::kEventIndex);
    driver_.set_used_event(1);
    for (std::uint16_t i = 0; i < kSize; ++i) {
        driver_.offer(i);
        serve(0);
    }
    EXPECT_TRUE(queue_.take_interrupt());
}

TEST_F(QueueTest, WithEventIndexAnEmptyQueueAsksToBeToldOfTheNextChain) {
    start(feature::kEventIndex);
    driver_.offer(0);
    driver_.offer(1);
    serve(0);
    EXPECT_EQ(driver_.avail_event(), 0U);
    serve(0);
    EXPECT_FALSE(queue_.pop().has_value());
    EXPECT_EQ(driver_.avail_event(), 2U);
}

TEST_F(QueueTest, WithoutEventIndexTheEventIsLeftAlone) {
    start();
    driver_.offer(0);
    serve(0);
    EXPECT_FALSE(queue_.pop().has_value());
    EXPECT_EQ(driver_.avail_event(), 0U);
}

TEST_F(QueueTest, AHaltedQueueYieldsNothingAndIsNotBroken) {
    start();
    driver_.offer(0);
    halted_ = true;
    EXPECT_FALSE(queue_.pop().has_value());
    EXPECT_TRUE(queue_.running());
}

TEST_F(QueueTest, WritingTheUsedRingIntoDecodedCodeIsNoticed) {
    start();
    driver_.offer(0);
    ram_.mark_code(mem::PhysAddr{driver_.rings().device}, 4);
    const auto generation = ram_.code_generation();
    serve(0);
    EXPECT_NE(ram_.code_generation(), generation);
}

using QueueDeathTest = QueueTest;

TEST_F(QueueDeathTest, GivingBackTheSameChainTwiceAborts) {
    start();
    driver_.offer(0);
    const auto chain = queue_.pop();
    queue_.push(*chain, 0);
    EXPECT_DEATH(queue_.push(*chain, 0), "queue.cpp");
}

}  // namespace
}  // namespace vm::devices::virtio
