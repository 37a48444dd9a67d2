#include "vm/devices/device_tree_node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/test_node.h"

namespace vm::devices {
namespace {

using ::testing::ElementsAre;

TEST(DeviceTreeNode, NamesCarryTheAddressInPlainHexadecimal) {
    EXPECT_EQ(node_name("serial", mem::PhysAddr{0x10000000}), "serial@10000000");
}

TEST(DeviceTreeNode, RegHasTwoCellsForTheAddressAndTwoForTheSize) {
    const DeviceTreeNode node{"memory", {reg(mem::PhysAddr{0x1'8000'0000}, 0x2'0000'1000)}};
    EXPECT_THAT(cells(node, "reg"), ElementsAre(1U, 0x80000000U, 2U, 0x1000U));
}

TEST(DeviceTreeNode, ADeviceNodeSaysWhatItIsWhereItIsAndWhomItInterrupts) {
    const DeviceTreeNode node =
        device_node("rtc", {"google,goldfish-rtc"}, {mem::PhysAddr{0x101000}, 0x1000, 11, 3});
    EXPECT_EQ(node.name, "rtc@101000");
    EXPECT_THAT(strings(node, "compatible"), ElementsAre("google,goldfish-rtc"));
    EXPECT_THAT(cells(node, "reg"), ElementsAre(0U, 0x101000U, 0U, 0x1000U));
    EXPECT_THAT(cells(node, "interrupts"), ElementsAre(11U));
    EXPECT_THAT(cells(node, "interrupt-parent"), ElementsAre(3U));
}

}  // namespace
}  // namespace vm::devices
