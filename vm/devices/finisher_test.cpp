#include "vm/devices/finisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/test_node.h"

namespace vm::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = FinishRequest::Kind;

class FinisherTest : public ::testing::Test {
  protected:
    std::vector<FinishRequest> requests_;
    Finisher finisher_{[this](FinishRequest request) { requests_.push_back(request); }};
};

TEST_F(FinisherTest, PassFailAndResetAreToldApart) {
    finisher_.store(0, 4, 0x5555);
    finisher_.store(0, 4, 0x3333);
    finisher_.store(0, 4, 0x7777);
    EXPECT_THAT(requests_, ElementsAre(FinishRequest{Kind::pass}, FinishRequest{Kind::fail, 0},
                                       FinishRequest{Kind::reset}));
}

TEST_F(FinisherTest, AFailureHasItsCodeInTheUpperHalf) {
    finisher_.store(0, 4, 0xffff3333);
    EXPECT_THAT(requests_, ElementsAre(FinishRequest{Kind::fail, 0xffff}));
}

TEST_F(FinisherTest, AStoreOf16BitsHasNoCode) {
    finisher_.store(0, 2, 0x00073333);
    EXPECT_THAT(requests_, ElementsAre(FinishRequest{Kind::fail, 0}));
}

TEST_F(FinisherTest, AnythingElseIsCountedAndIgnored) {
    finisher_.store(0, 4, 0x1234);
    finisher_.store(4, 4, 0x5555);
    finisher_.store(0, 1, 0x55);
    EXPECT_EQ(finisher_.load(4, 4), 0U);
    EXPECT_THAT(requests_, IsEmpty());
    EXPECT_EQ(finisher_.unknown_accesses(), 4U);
}

TEST_F(FinisherTest, ReadsZero) {
    EXPECT_EQ(finisher_.load(0, 4), 0U);
    EXPECT_EQ(finisher_.unknown_accesses(), 0U);
}

TEST(FinisherNodes, PowerOffAndRebootGoThroughTheFinisher) {
    const auto nodes = finisher_nodes(mem::PhysAddr{0x100000}, 4);
    ASSERT_EQ(nodes.size(), 3U);
    EXPECT_EQ(nodes[0].name, "test@100000");
    EXPECT_THAT(strings(nodes[0], "compatible"), ElementsAre("sifive,test1", "sifive,test0", "syscon"));
    EXPECT_EQ(nodes[1].name, "poweroff");
    EXPECT_THAT(strings(nodes[1], "compatible"), ElementsAre("syscon-poweroff"));
    EXPECT_THAT(cells(nodes[1], "regmap"), ElementsAre(4U));
    EXPECT_THAT(cells(nodes[1], "value"), ElementsAre(0x5555U));
    EXPECT_EQ(nodes[2].name, "reboot");
    EXPECT_THAT(cells(nodes[2], "value"), ElementsAre(0x7777U));
}

}  // namespace
}  // namespace vm::devices
