#include "vm/devices/virtio/mmio_transport.h"

#include <array>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/test_node.h"
#include "vm/devices/virtio/features.h"
#include "vm/devices/virtio/test_driver.h"

namespace vm::devices::virtio {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kMagic = 0x000, kVersion = 0x004, kDeviceId = 0x008, kVendor = 0x00c;
constexpr std::uint64_t kFeatures = 0x010, kFeaturesSelect = 0x014;
constexpr std::uint64_t kDriverFeatures = 0x020, kDriverFeaturesSelect = 0x024;
constexpr std::uint64_t kQueueSelect = 0x030, kQueueNumMax = 0x034, kQueueNum = 0x038, kQueueReady = 0x044;
constexpr std::uint64_t kNotify = 0x050, kInterruptStatus = 0x060, kInterruptAck = 0x064, kStatus = 0x070;
constexpr std::uint64_t kDescLow = 0x080, kDriverLow = 0x090, kDeviceLow = 0x0a0;
constexpr std::uint64_t kGeneration = 0x0fc, kConfig = 0x100;

constexpr std::uint64_t kAcknowledge = 1, kDriver = 2, kDriverOk = 4, kFeaturesOk = 8, kNeedsReset = 64;
constexpr std::uint64_t kOwnFeature = 1U << 5;

// Two queues, each of whose requests it gives back at once, and a configuration of eight bytes of which the
// last can be written.
class Probe final : public Device {
  public:
    std::string_view name() const override { return "probe"; }
    std::uint32_t id() const override { return 42; }
    std::uint64_t features() const override { return kOwnFeature; }
    std::span<const std::uint16_t> queue_sizes() const override { return sizes_; }
    std::span<const std::byte> config() const override { return config_; }
    bool store_config(std::uint32_t offset, std::span<const std::byte> bytes) override {
        if (offset != 7) {
            return false;
        }
        config_[7] = bytes[0];
        return true;
    }
    void start(std::uint64_t features) override { started_with_ = features; }
    void serve(unsigned index, Queue& queue) override {
        served_ |= 1U << index;
        while (const auto chain = queue.pop()) {
            queue.push(*chain, chain->writable_bytes);
        }
    }
    void reset() override { ++resets_; }

    std::uint64_t started_with() const { return started_with_; }
    // One bit for each queue.
    unsigned served() const { return served_; }
    unsigned resets() const { return resets_; }
    void set_first_config_byte(std::byte value) { config_[0] = value; }

  private:
    std::array<std::uint16_t, 2> sizes_ = {16, 8};
    std::array<std::byte, 8> config_ = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    std::uint64_t started_with_ = 0;
    unsigned served_ = 0;
    unsigned resets_ = 0;
};

class Transport : public ::testing::Test {
  protected:
    std::uint64_t get(std::uint64_t offset) { return transport_.load(offset, 4); }
    void set(std::uint64_t offset, std::uint64_t value) { transport_.store(offset, 4, value); }

    void accept(std::uint64_t features) {
        set(kDriverFeaturesSelect, 0);
        set(kDriverFeatures, features & 0xffffffff);
        set(kDriverFeaturesSelect, 1);
        set(kDriverFeatures, features >> 32);
    }
    void acknowledge_features(std::uint64_t features = feature::kVersion1) {
        set(kStatus, kAcknowledge);
        set(kStatus, kAcknowledge | kDriver);
        accept(features);
        set(kStatus, kAcknowledge | kDriver | kFeaturesOk);
    }
    void set_address(std::uint64_t low, std::uint64_t address) {
        set(low, address & 0xffffffff);
        set(low + 4, address >> 32);
    }
    void start_queue(unsigned index, const Queue::Rings& rings) {
        set(kQueueSelect, index);
        set(kQueueNum, rings.size);
        set_address(kDescLow, rings.descriptors);
        set_address(kDriverLow, rings.driver);
        set_address(kDeviceLow, rings.device);
        set(kQueueReady, 1);
    }
    // All that a driver does before its first request.
    void start(std::uint64_t features = feature::kVersion1) {
        acknowledge_features(features);
        start_queue(1, driver_.rings());
        set(kStatus, kAcknowledge | kDriver | kFeaturesOk | kDriverOk);
    }
    void offer() {
        driver_.describe(0, {TestDriver::kData, 12, descriptor_flag::kWrite, 0});
        driver_.offer(0);
    }

    mem::GuestRam ram_ = test_ram();
    TestDriver driver_{ram_, 8};
    Probe probe_;
    bool raised_ = false;
    MmioTransport transport_{probe_, ram_, [this](bool raised) { raised_ = raised; }};
};

TEST_F(Transport, SaysWhatItIs) {
    EXPECT_EQ(get(kMagic), 0x74726976U);
    EXPECT_EQ(get(kVersion), 2U);
    EXPECT_EQ(get(kDeviceId), 42U);
    EXPECT_NE(get(kVendor), 0U);
    EXPECT_EQ(get(kStatus), 0U);
    EXPECT_EQ(transport_.name(), "probe");
}

TEST_F(Transport, OffersTheDevicesFeaturesAndItsOwn) {
    EXPECT_EQ(get(kFeatures), kOwnFeature | feature::kIndirectDescriptors | feature::kEventIndex);
    set(kFeaturesSelect, 1);
    EXPECT_EQ(get(kFeatures), 1U);
    set(kFeaturesSelect, 2);
    EXPECT_EQ(get(kFeatures), 0U);
}

TEST_F(Transport, ASubsetOfTheFeaturesIsAcceptedAndReachesTheDevice) {
    start(feature::kVersion1 | kOwnFeature);
    EXPECT_EQ(get(kStatus), kAcknowledge | kDriver | kFeaturesOk | kDriverOk);
    EXPECT_EQ(probe_.started_with(), feature::kVersion1 | kOwnFeature);
}

TEST_F(Transport, FeaturesThatWereNotOfferedAreRefused) {
    acknowledge_features(feature::kVersion1 | 1);
    EXPECT_EQ(get(kStatus), kAcknowledge | kDriver);
}

TEST_F(Transport, DriversOfBeforeTheStandardAreRefused) {
    acknowledge_features(kOwnFeature);
    EXPECT_EQ(get(kStatus), kAcknowledge | kDriver);
}

TEST_F(Transport, DriverOkIsRefusedWithoutFeaturesOk) {
    set(kStatus, kAcknowledge | kDriver | kDriverOk);
    EXPECT_EQ(get(kStatus), kAcknowledge | kDriver);
    EXPECT_EQ(probe_.started_with(), 0U);
}

TEST_F(Transport, FeaturesCannotChangeOnceAgreedOn) {
    acknowledge_features();
    accept(feature::kVersion1 | kOwnFeature);
    set(kStatus, kAcknowledge | kDriver | kFeaturesOk | kDriverOk);
    EXPECT_EQ(probe_.started_with(), feature::kVersion1);
}

TEST_F(Transport, StatusBitsAreOnlyEverAdded) {
    start();
    set(kStatus, kAcknowledge);
    EXPECT_EQ(get(kStatus), kAcknowledge | kDriver | kFeaturesOk | kDriverOk);
    set(kStatus, kNeedsReset);
    EXPECT_EQ(get(kStatus) & kNeedsReset, 0U);
}

TEST_F(Transport, QueuesHaveTheDevicesSizesAndOthersNone) {
    EXPECT_EQ(get(kQueueNumMax), 16U);
    set(kQueueSelect, 1);
    EXPECT_EQ(get(kQueueNumMax), 8U);
    for (const std::uint64_t none : {2U, 0xffffffffU}) {
        set(kQueueSelect, none);
        EXPECT_EQ(get(kQueueNumMax), 0U);
        EXPECT_EQ(get(kQueueReady), 0U);
        set(kQueueReady, 1);
        set(kQueueNum, 8);
    }
    EXPECT_EQ(get(kStatus), 0U);
}

TEST_F(Transport, ANotifiedRequestIsServedAndInterrupts) {
    start();
    offer();
    set(kNotify, 1);
    EXPECT_EQ(probe_.served(), 1U << 1);
    EXPECT_EQ(driver_.used(0), (TestUsed{0, 12}));
    EXPECT_TRUE(raised_);
    EXPECT_EQ(get(kInterruptStatus), 1U);
    set(kInterruptAck, 1);
    EXPECT_FALSE(raised_);
    EXPECT_EQ(get(kInterruptStatus), 0U);
}

TEST_F(Transport, ARequestServedForTheDevicesOwnSakeInterruptsToo) {
    start();
    offer();
    std::thread([&] { transport_.serve(1); }).join();
    EXPECT_EQ(driver_.used_index(), 1U);
    EXPECT_TRUE(raised_);
}

TEST_F(Transport, NothingIsServedBeforeDriverOk) {
    acknowledge_features();
    start_queue(1, driver_.rings());
    offer();
    set(kNotify, 1);
    transport_.serve(1);
    EXPECT_EQ(driver_.used_index(), 0U);
    EXPECT_EQ(probe_.served(), 0U);
}

TEST_F(Transport, NotificationsOfQueuesThatAreNotThereAreIgnored) {
    start();
    set(kNotify, 0);
    set(kNotify, 2);
    set(kNotify, 0xffffffff);
    EXPECT_EQ(probe_.served(), 0U);
}

TEST_F(Transport, AStoppedQueueIsNotServed) {
    start();
    EXPECT_EQ(get(kQueueReady), 1U);
    set(kQueueReady, 0);
    EXPECT_EQ(get(kQueueReady), 0U);
    offer();
    set(kNotify, 1);
    EXPECT_EQ(driver_.used_index(), 0U);
}

TEST_F(Transport, ARunningQueueKeepsItsPlace) {
    start();
    set_address(kDeviceLow, 0);
    set(kQueueReady, 1);
    offer();
    set(kNotify, 1);
    EXPECT_EQ(driver_.used_index(), 1U);
}

TEST_F(Transport, AQueueThatTheDriverBrokeNeedsAResetAndSaysSo) {
    start();
    driver_.offer(100);
    set(kNotify, 1);
    EXPECT_EQ(get(kStatus) & kNeedsReset, kNeedsReset);
    EXPECT_EQ(get(kInterruptStatus), 2U);
    EXPECT_TRUE(raised_);
    const unsigned resets = probe_.resets();
    set(kStatus, 0);
    EXPECT_EQ(get(kStatus), 0U);
    EXPECT_FALSE(raised_);
    EXPECT_EQ(probe_.resets(), resets + 1);
}

TEST_F(Transport, ADeviceThatNeedsAResetServesNothing) {
    start();
    start_queue(0, {});
    EXPECT_EQ(get(kStatus) & kNeedsReset, kNeedsReset);
    offer();
    set(kNotify, 1);
    EXPECT_EQ(probe_.served(), 0U);
}

TEST_F(Transport, AQueueOutsideTheRamNeedsAResetWithoutAnInterruptBeforeDriverOk) {
    acknowledge_features();
    start_queue(1, {.size = 8});
    EXPECT_EQ(get(kStatus) & kNeedsReset, kNeedsReset);
    EXPECT_EQ(get(kQueueReady), 0U);
    EXPECT_FALSE(raised_);
}

TEST_F(Transport, AQueueLargerThanTheDeviceAllowsNeedsAReset) {
    for (const std::uint64_t size : {16U, 0x10008U}) {
        set(kStatus, 0);
        acknowledge_features();
        start_queue(1, driver_.rings());
        set(kQueueReady, 0);
        set(kQueueNum, size);
        set(kQueueReady, 1);
        EXPECT_EQ(get(kStatus) & kNeedsReset, kNeedsReset) << size;
    }
}

TEST_F(Transport, AfterAResetTheDriverCanStartAnew) {
    start();
    offer();
    set(kNotify, 1);
    set(kStatus, 0);
    EXPECT_EQ(get(kQueueReady), 0U);
    driver_.set_available_index(0);
    start();
    offer();
    set(kNotify, 1);
    EXPECT_EQ(driver_.used_index(), 1U);
}

TEST_F(Transport, ConfigurationIsReadByAnyWidth) {
    EXPECT_EQ(transport_.load(kConfig, 1), 1U);
    EXPECT_EQ(transport_.load(kConfig + 2, 2), 0x0403U);
    EXPECT_EQ(transport_.load(kConfig, 8), 0x04030201U);
    EXPECT_EQ(transport_.unknown_accesses(), 0U);
}

TEST_F(Transport, ConfigurationIsWrittenWhereTheDeviceAllowsIt) {
    transport_.store(kConfig + 7, 1, 0xaa);
    EXPECT_EQ(transport_.load(kConfig + 7, 1), 0xaaU);
    EXPECT_EQ(transport_.unknown_accesses(), 0U);
    transport_.store(kConfig, 4, 0);
    EXPECT_EQ(transport_.unknown_accesses(), 1U);
}

TEST_F(Transport, ConfigurationEndsWhereTheDevicesEnds) {
    EXPECT_EQ(transport_.load(kConfig + 8, 1), 0U);
    EXPECT_EQ(transport_.load(kConfig + 0xef8, 8), 0U);
    transport_.store(kConfig + 8, 8, 1);
    EXPECT_EQ(transport_.unknown_accesses(), 3U);
}

TEST_F(Transport, AChangedConfigurationHasANewGenerationAndInterrupts) {
    start();
    const std::uint64_t generation = get(kGeneration);
    transport_.change_config([&] { probe_.set_first_config_byte(std::byte{9}); });
    EXPECT_EQ(transport_.load(kConfig, 1), 9U);
    EXPECT_NE(get(kGeneration), generation);
    EXPECT_EQ(get(kInterruptStatus), 2U);
}

TEST_F(Transport, AChangedConfigurationDoesNotInterruptADriverThatIsNotThere) {
    transport_.change_config([] {});
    EXPECT_FALSE(raised_);
}

TEST_F(Transport, AHaltedTransportServesNothing) {
    start();
    offer();
    transport_.halt();
    set(kNotify, 1);
    EXPECT_EQ(driver_.used_index(), 0U);
    EXPECT_EQ(get(kStatus) & kNeedsReset, 0U);
}

TEST_F(Transport, GoingOnServesWhatWasAskedForMeanwhile) {
    start();
    offer();
    transport_.halt();
    set(kNotify, 1);
    transport_.go_on();
    EXPECT_EQ(driver_.used_index(), 1U);
    EXPECT_TRUE(raised_);
}

TEST_F(Transport, SharedMemoryRegionsDoNotExist) {
    set(0x0ac, 1);
    EXPECT_EQ(get(0x0b0), 0xffffffffU);
    EXPECT_EQ(get(0x0b4), 0xffffffffU);
    EXPECT_EQ(transport_.unknown_accesses(), 0U);
}

TEST_F(Transport, UnknownOffsetsAndOtherWidthsReadZeroAndAreCounted) {
    EXPECT_EQ(get(0x0d0), 0U);
    set(0x0d0, 1);
    EXPECT_EQ(transport_.load(kMagic, 8), 0U);
    transport_.store(kStatus, 1, kAcknowledge);
    EXPECT_EQ(get(kStatus), 0U);
    EXPECT_EQ(transport_.unknown_accesses(), 4U);
}

TEST(MmioNode, IsVirtioOverMmio) {
    const DeviceTreeNode node = mmio_node({mem::PhysAddr{0x10001000}, MmioTransport::kSize, 1, 3});
    EXPECT_EQ(node.name, "virtio_mmio@10001000");
    EXPECT_THAT(strings(node, "compatible"), ElementsAre("virtio,mmio"));
}

}  // namespace
}  // namespace vm::devices::virtio
