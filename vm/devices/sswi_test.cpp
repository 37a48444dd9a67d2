#include "vm/devices/sswi.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/test_node.h"

namespace vm::devices {
namespace {

using ::testing::ElementsAre;

class SswiTest : public ::testing::Test {
  protected:
    std::vector<unsigned> sent_;
    Sswi sswi_{4, [this](unsigned hart) { sent_.push_back(hart); }};
};

TEST_F(SswiTest, EachWriteOfOneSendsAnEdgeAndNothingIsKept) {
    sswi_.store(12, 4, 1);
    sswi_.store(12, 4, 1);
    EXPECT_THAT(sent_, ElementsAre(3U, 3U));
    EXPECT_EQ(sswi_.load(12, 4), 0U);
    EXPECT_EQ(sswi_.unknown_accesses(), 0U);
}

TEST_F(SswiTest, WritesWithoutTheLowestBitSendNothing) {
    sswi_.store(0, 4, 0xfffffffe);
    EXPECT_TRUE(sent_.empty());
    EXPECT_EQ(sswi_.unknown_accesses(), 0U);
}

TEST_F(SswiTest, HartsThatDoNotExistAndOtherWidthsAreCounted) {
    sswi_.store(16, 4, 1);
    sswi_.store(0, 2, 1);
    EXPECT_EQ(sswi_.load(16, 4), 0U);
    EXPECT_EQ(sswi_.unknown_accesses(), 3U);
    EXPECT_TRUE(sent_.empty());
}

TEST(SswiNode, ConnectsTheSupervisorSoftwareInterruptOfEachHart) {
    const std::uint32_t controllers[] = {1, 2};
    const DeviceTreeNode node = sswi_node(mem::PhysAddr{0x2f00000}, controllers);
    EXPECT_EQ(node.name, "sswi@2f00000");
    EXPECT_THAT(cells(node, "interrupts-extended"), ElementsAre(1U, 1U, 2U, 1U));
    EXPECT_THAT(strings(node, "compatible"), ElementsAre("riscv,aclint-sswi"));
    EXPECT_TRUE(has_empty(node, "interrupt-controller"));
}

}  // namespace
}  // namespace vm::devices
