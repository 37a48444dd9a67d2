#include "vm/mem/mmio_bus.h"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::mem {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr PhysAddr kBase{0x10000000};

// Answers a load with its own offset, so that a test sees what reached it.
class Echo final : public MmioDevice {
  public:
    explicit Echo(std::string name = "echo") : name_(std::move(name)) {}

    std::uint64_t load(std::uint64_t offset, unsigned) override {
        ++loads_;
        return offset;
    }
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override {
        stored_offset_ = offset;
        stored_size_ = size;
        stored_value_ = value;
    }
    std::string_view name() const override { return name_; }

    unsigned loads() const { return loads_; }
    std::uint64_t stored_offset() const { return stored_offset_; }
    unsigned stored_size() const { return stored_size_; }
    std::uint64_t stored_value() const { return stored_value_; }

  private:
    std::string name_;
    unsigned loads_ = 0;
    std::uint64_t stored_offset_ = 0;
    unsigned stored_size_ = 0;
    std::uint64_t stored_value_ = 0;
};

TEST(MmioBus, AnEmptyBusRefusesEveryAccess) {
    const MmioBus bus;
    EXPECT_FALSE(bus.load(kBase, 4).has_value());
    EXPECT_FALSE(bus.store(kBase, 4, 1).has_value());
}

TEST(MmioBus, DevicesSeeOffsetsAndNotAddresses) {
    MmioBus bus;
    Echo device;
    ASSERT_TRUE(bus.attach(kBase, 0x100, device).has_value());
    EXPECT_EQ(bus.load(kBase + 0x24, 4), 0x24U);
    ASSERT_TRUE(bus.store(kBase + 0x10, 2, 0xbeef).has_value());
    EXPECT_EQ(device.stored_offset(), 0x10U);
    EXPECT_EQ(device.stored_size(), 2U);
    EXPECT_EQ(device.stored_value(), 0xbeefU);
}

TEST(MmioBus, FirstAndLastByteOfARangeAnswerAndTheirNeighboursDoNot) {
    MmioBus bus;
    Echo device;
    ASSERT_TRUE(bus.attach(kBase, 0x100, device).has_value());
    EXPECT_EQ(bus.load(kBase, 1), 0U);
    EXPECT_EQ(bus.load(kBase + 0xff, 1), 0xffU);
    EXPECT_FALSE(bus.load(PhysAddr{raw(kBase) - 1}, 1).has_value());
    EXPECT_FALSE(bus.load(kBase + 0x100, 1).has_value());
}

TEST(MmioBus, AnAccessAcrossTheEndOfADeviceIsRefusedAndReachesNobody) {
    MmioBus bus;
    Echo first, second;
    ASSERT_TRUE(bus.attach(kBase, 0x14, first).has_value());
    ASSERT_TRUE(bus.attach(kBase + 0x14, 0x10, second).has_value());
    EXPECT_FALSE(bus.load(kBase + 0x10, 8).has_value());
    EXPECT_EQ(first.loads() + second.loads(), 0U);
    EXPECT_EQ(bus.load(kBase + 0x10, 4), 0x10U);
}

TEST(MmioBus, AMisalignedAccessIsRefused) {
    MmioBus bus;
    Echo device;
    ASSERT_TRUE(bus.attach(kBase, 0x100, device).has_value());
    EXPECT_FALSE(bus.load(kBase + 2, 4).has_value());
    EXPECT_FALSE(bus.store(kBase + 1, 2, 0).has_value());
    EXPECT_EQ(bus.load(kBase + 2, 2), 2U);
}

TEST(MmioBus, EachOfManyDevicesIsFoundWhateverTheOrderOfAttaching) {
    MmioBus bus;
    Echo devices[8];
    for (const unsigned i : {3U, 0U, 7U, 5U, 1U, 6U, 2U, 4U}) {
        ASSERT_TRUE(bus.attach(kBase + i * 0x2000, 0x1000, devices[i]).has_value());
    }
    for (unsigned i = 0; i < 8; ++i) {
        EXPECT_EQ(bus.load(kBase + (i * 0x2000 + 8 * i), 8), 8 * i);
        EXPECT_FALSE(bus.load(kBase + (i * 0x2000 + 0x1000), 8).has_value());
        EXPECT_EQ(devices[i].loads(), 1U);
        EXPECT_EQ(bus.attached()[i].device, &devices[i]);
    }
}

TEST(MmioBus, OverlapsAreRefusedWithBothNames) {
    MmioBus bus;
    Echo uart("uart"), rtc("rtc");
    ASSERT_TRUE(bus.attach(kBase, 0x100, uart).has_value());
    EXPECT_THAT(bus.attach(kBase + 0xff, 0x100, rtc).error().message,
                AllOf(HasSubstr("'rtc'"), HasSubstr("overlaps 'uart'"), HasSubstr("0x10000000")));
    EXPECT_FALSE(bus.attach(PhysAddr{raw(kBase) - 1}, 2, rtc).has_value());
    EXPECT_FALSE(bus.attach(PhysAddr{0}, 0x20000000, rtc).has_value());
    EXPECT_FALSE(bus.attach(kBase + 0x10, 4, rtc).has_value());
    EXPECT_EQ(bus.attached().size(), 1U);
}

TEST(MmioBus, EmptyRangesAndRangesThatWrapAreRefused) {
    MmioBus bus;
    Echo device;
    EXPECT_THAT(bus.attach(kBase, 0, device).error().message, HasSubstr("no range of addresses"));
    EXPECT_FALSE(bus.attach(PhysAddr{~std::uint64_t{0}}, 2, device).has_value());
    EXPECT_TRUE(bus.attached().empty());
}

TEST(MmioBus, TheTopOfTheAddressSpaceCanHoldADevice) {
    MmioBus bus;
    Echo device;
    const PhysAddr top{~std::uint64_t{0} - 0xfff};
    ASSERT_TRUE(bus.attach(top, 0x1000, device).has_value());
    EXPECT_EQ(bus.load(top + 0xff8, 8), 0xff8U);
    EXPECT_FALSE(bus.load(PhysAddr{0}, 1).has_value());
}

TEST(MmioBusDeathTest, AWidthThatNoInstructionHasAborts) {
    const MmioBus bus;
    EXPECT_DEATH(static_cast<void>(bus.load(kBase, 3)), "mmio_bus.cpp");
}

}  // namespace
}  // namespace vm::mem
