#include "vm/machine/boot_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::machine {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kBase = 0x8000'0000;
constexpr std::uint64_t kMega = 1 << 20;

BootImage movable(std::uint64_t size, std::uint64_t text_offset = 0) {
    BootImage image;
    image.memory_size = size;
    image.text_offset = text_offset;
    return image;
}

BootImage fixed(std::uint64_t address, std::uint64_t size) {
    BootImage image = movable(size);
    image.fixed = mem::PhysAddr{address};
    return image;
}

BootRequest of_kernel(const BootImage& kernel, std::uint64_t ram_size = 128 * kMega) {
    BootRequest request;
    request.ram_size = ram_size;
    request.kernel = &kernel;
    request.device_tree_size = 5000;
    return request;
}

std::string error(const BootRequest& request) {
    const auto plan = plan_boot(request);
    return plan ? "" : plan.error().message;
}

TEST(BootPlan, KernelLiesItsOffsetBehindTheStartOfMemoryAndIsEntered) {
    BootImage kernel = movable(30 * kMega, 2 * kMega);
    kernel.entry = 0x40;
    const auto plan = plan_boot(of_kernel(kernel));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(raw(*plan->kernel), 0x8020'0000U);
    EXPECT_EQ(raw(plan->entry), 0x8020'0040U);
    EXPECT_FALSE(plan->firmware);
    EXPECT_FALSE(plan->firmware_info);
    EXPECT_FALSE(plan->initrd);
}

TEST(BootPlan, DeviceTreeWithRoomToGrowAndInitrdEndTheMemory) {
    const BootImage kernel = movable(kMega);
    BootRequest request = of_kernel(kernel);
    request.initrd_size = 4097;
    const auto plan = plan_boot(request);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(raw(plan->device_tree), kBase + 128 * kMega - 0x12000);
    EXPECT_EQ(raw(plan->initrd->start), kBase + 128 * kMega - 0x14000);
    EXPECT_EQ(raw(plan->initrd->end), raw(plan->initrd->start) + 4097);
}

TEST(BootPlan, NothingIsPutBeyondTwoGibibytes) {
    const BootImage kernel = movable(kMega);
    const auto plan = plan_boot(of_kernel(kernel, 8192 * kMega));
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(raw(plan->device_tree), kBase + 2048 * kMega - 0x12000);
}

TEST(BootPlan, FirmwareComesFirstAndTheKernelBehindIt) {
    const BootImage firmware = movable(300'000);
    const BootImage kernel = movable(kMega, 2 * kMega);
    BootRequest request = of_kernel(kernel);
    request.firmware = &firmware;
    const auto plan = plan_boot(request);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(raw(*plan->firmware), kBase);
    EXPECT_EQ(raw(plan->entry), kBase);
    EXPECT_EQ(raw(*plan->kernel), 0x8020'0000U);
    EXPECT_EQ(raw(*plan->firmware_info), raw(plan->device_tree) - 0x1000);
}

TEST(BootPlan, KernelMakesRoomForFirmwareInItsWay) {
    const BootImage firmware = movable(kMega);
    const BootImage kernel = movable(kMega);
    BootRequest request = of_kernel(kernel);
    request.firmware = &firmware;
    EXPECT_EQ(raw(*plan_boot(request)->kernel), 0x8020'0000U);
    const BootImage large = movable(3 * kMega);
    request.firmware = &large;
    EXPECT_EQ(raw(*plan_boot(request)->kernel), 0x8040'0000U);
}

TEST(BootPlan, FirmwareNeedsNoKernel) {
    const BootImage firmware = movable(1000);
    BootRequest request;
    request.firmware = &firmware;
    const auto plan = plan_boot(request);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_FALSE(plan->kernel);
}

TEST(BootPlan, KernelWithAnAddressOfItsOwnKeepsIt) {
    const BootImage kernel = fixed(kBase + 0x1000, kMega);
    EXPECT_EQ(raw(*plan_boot(of_kernel(kernel))->kernel), kBase + 0x1000);
}

TEST(BootPlan, RefusesAKernelWhoseAddressIsTakenOrOutside) {
    const BootImage kernel = fixed(kBase + 0x1000, kMega);
    const BootImage firmware = movable(1000);
    BootRequest request = of_kernel(kernel);
    request.firmware = &firmware;
    EXPECT_THAT(error(request), HasSubstr("the kernel (1048576 bytes at 0x80001000) does not fit"));
    const BootImage beyond = fixed(0x1'0000'0000, kMega);
    EXPECT_THAT(error(of_kernel(beyond)), HasSubstr("does not fit the 128 MiB"));
}

TEST(BootPlan, RefusesWhatDoesNotFit) {
    const BootImage kernel = movable(10 * kMega);
    EXPECT_THAT(error(of_kernel(kernel, 8 * kMega)), HasSubstr("does not fit the 8 MiB of memory"));
    BootRequest request = of_kernel(kernel, 16 * kMega);
    request.initrd_size = 7 * kMega;
    EXPECT_THAT(error(request), HasSubstr("the kernel"));
    request.initrd_size = ~std::uint64_t{0};
    EXPECT_THAT(error(request), HasSubstr("the initrd"));
    request.device_tree_size = 17 * kMega;
    EXPECT_THAT(error(request), HasSubstr("the device tree"));
    const BootImage firmware = movable(16 * kMega);
    BootRequest large = of_kernel(kernel, 16 * kMega);
    large.firmware = &firmware;
    EXPECT_THAT(error(large), HasSubstr("the firmware"));
}

TEST(BootPlan, KernelThatJustFitsIsTaken) {
    const BootImage kernel = movable(16 * kMega - 0x12000);
    EXPECT_EQ(error(of_kernel(kernel, 16 * kMega)), "");
    const BootImage larger = movable(16 * kMega - 0x11fff);
    EXPECT_NE(error(of_kernel(larger, 16 * kMega)), "");
}

TEST(FirmwareInfo, TellsTheKernelsEntryAndMode) {
    BootPlan plan;
    plan.kernel = mem::PhysAddr{0x8020'0000};
    plan.kernel_entry = mem::PhysAddr{0x8020'0040};
    const FirmwareInfo info = firmware_info(plan);
    const auto word = [&](std::size_t index) {
        std::uint64_t value = 0;
        for (std::size_t i = 8; i-- > 0;) {
            value = value << 8 | std::to_integer<std::uint64_t>(info[8 * index + i]);
        }
        return value;
    };
    EXPECT_EQ(word(0), 0x4942534fU);
    EXPECT_EQ(word(1), 2U);
    EXPECT_EQ(word(2), 0x8020'0040U);
    EXPECT_EQ(word(3), 1U);
    EXPECT_EQ(word(4), 0U);
    EXPECT_EQ(word(5), 0U);
}

}  // namespace
}  // namespace vm::machine
