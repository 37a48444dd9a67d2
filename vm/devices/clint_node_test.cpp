#include "vm/devices/clint_node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/test_node.h"

namespace vm::devices {
namespace {

using ::testing::ElementsAre;

TEST(ClintNode, ConnectsSoftwareAndTimerInterruptOfEachHart) {
    const std::uint32_t controllers[] = {1, 2};
    const DeviceTreeNode node = clint_node(mem::PhysAddr{0x2000000}, controllers);
    EXPECT_EQ(node.name, "clint@2000000");
    EXPECT_THAT(cells(node, "reg"), ElementsAre(0U, 0x2000000U, 0U, 0x10000U));
    EXPECT_THAT(cells(node, "interrupts-extended"), ElementsAre(1U, 3U, 1U, 7U, 2U, 3U, 2U, 7U));
    EXPECT_THAT(strings(node, "compatible"), ElementsAre("sifive,clint0", "riscv,clint0"));
}

TEST(ClintNode, PutsTheTimersRegistersWhereAClintHasThem) {
    EXPECT_EQ(kClintTimerOffset, 0x4000U);
    EXPECT_EQ(kClintSize, 0x10000U);
}

}  // namespace
}  // namespace vm::devices
