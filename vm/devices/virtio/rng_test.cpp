#include "vm/devices/virtio/rng.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/virtio/test_driver.h"

namespace vm::devices::virtio {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kData = TestDriver::kData;
constexpr std::uint16_t kNext = descriptor_flag::kNext;
constexpr std::uint16_t kWrite = descriptor_flag::kWrite;

class RngTest : public ::testing::Test {
  protected:
    void offer(std::uint16_t index, const TestDescriptor& descriptor) {
        driver_.describe(index, descriptor);
        driver_.offer(index);
    }
    void serve() {
        queue_.start(driver_.rings(), 0);
        rng_.serve(0, queue_);
    }

    mem::GuestRam ram_ = test_ram();
    std::atomic<bool> halted_{false};
    TestDriver driver_{ram_, 8};
    Queue queue_{ram_, halted_};
    std::size_t filled_ = 0;
    Rng rng_{[this](std::span<std::byte> bytes) {
        filled_ += bytes.size();
        std::fill(bytes.begin(), bytes.end(), std::byte{0x5a});
    }};
};

TEST_F(RngTest, IsAnEntropyDeviceWithOneQueueAndNoConfiguration) {
    EXPECT_EQ(rng_.id(), 4U);
    EXPECT_EQ(rng_.features(), 0U);
    EXPECT_THAT(rng_.queue_sizes(), ElementsAre(64U));
    EXPECT_TRUE(rng_.config().empty());
}

TEST_F(RngTest, EachRequestIsFilledAndNothingBesideIt) {
    offer(0, {kData, 3, kWrite, 0});
    offer(1, {kData + 0x100, 8, kWrite, 0});
    serve();
    EXPECT_EQ(driver_.at<std::uint32_t>(kData), 0x005a5a5aU);
    EXPECT_EQ(driver_.at<std::uint64_t>(kData + 0x100), 0x5a5a5a5a5a5a5a5aU);
    EXPECT_EQ(driver_.used(0), (TestUsed{0, 3}));
    EXPECT_EQ(driver_.used(1), (TestUsed{1, 8}));
    EXPECT_EQ(filled_, 11U);
}

TEST_F(RngTest, AHugeRequestGetsPartOfIt) {
    offer(0, {kData, 0x8000, kWrite, 0});
    serve();
    EXPECT_EQ(driver_.used(0), (TestUsed{0, Rng::kMaxBytes}));
    EXPECT_EQ(driver_.at<std::uint8_t>(kData + Rng::kMaxBytes - 1), 0x5aU);
    EXPECT_EQ(driver_.at<std::uint8_t>(kData + Rng::kMaxBytes), 0U);
}

TEST_F(RngTest, ARequestOfSeveralBuffersIsFilledThroughout) {
    driver_.describe(1, {kData + 0x100, 2, kWrite, 0});
    offer(0, {kData, 2, kNext | kWrite, 1});
    serve();
    EXPECT_EQ(driver_.at<std::uint16_t>(kData), 0x5a5aU);
    EXPECT_EQ(driver_.at<std::uint16_t>(kData + 0x100), 0x5a5aU);
    EXPECT_EQ(driver_.used(0), (TestUsed{0, 4}));
}

TEST_F(RngTest, ARequestWithoutRoomComesBackEmptyAndUntouched) {
    offer(0, {kData, 16, 0, 0});
    serve();
    EXPECT_EQ(driver_.used(0), (TestUsed{0, 0}));
    EXPECT_EQ(driver_.at<std::uint64_t>(kData), 0U);
}

}  // namespace
}  // namespace vm::devices::virtio
