#include <gmock/gmock.h>

#include "vm/debug/conversation_fixture.h"

namespace vm::debug {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Breakpoints = ConversationTest;

TEST_F(Breakpoints, TypesAreSoftwareHardwareWriteReadAndAccess) {
    EXPECT_EQ(ask("Z0,1000,2"), "OK");
    EXPECT_EQ(ask("Z2,1008,8"), "OK");
    EXPECT_EQ(ask("Z4,1010,1"), "OK");
    EXPECT_THAT(target_.take_notes(),
                ElementsAre("insert 0 0x1000 2", "insert 2 0x1008 8", "insert 4 0x1010 1"));
}

TEST_F(Breakpoints, TypeTheTargetDoesNotHaveIsNotSupported) {
    EXPECT_EQ(ask("Z3,1000,8"), "");
    EXPECT_EQ(ask("z3,1000,8"), "");
}

TEST_F(Breakpoints, OneTheTargetRefusesIsAnErrorAndIsNotThere) {
    conversation_.client.error_messages = true;
    EXPECT_EQ(ask("Z1,1000,4"), "E.all hardware breakpoints are in use");
    EXPECT_THAT(conversation_.breakpoints, IsEmpty());
}

TEST_F(Breakpoints, InsertingOrRemovingTwiceIsDoingSoOnce) {
    EXPECT_EQ(ask("Z0,1000,4"), "OK");
    EXPECT_EQ(ask("Z0,1000,4"), "OK");
    EXPECT_EQ(ask("z0,1000,4"), "OK");
    EXPECT_EQ(ask("z0,1000,4"), "OK");
    EXPECT_THAT(target_.take_notes(), ElementsAre("insert 0 0x1000 4", "remove 0 0x1000 4"));
}

TEST_F(Breakpoints, TheirNumberIsLimited) {
    for (int i = 0; i < 4096; ++i) {
        ask(fmt::format("Z0,{:x},4", 0x1000 + 4 * i));
    }
    EXPECT_EQ(ask("Z0,0,4"), "E01");
    EXPECT_EQ(ask("z0,1000,4"), "OK");
    EXPECT_EQ(ask("Z0,0,4"), "OK");
}

TEST_F(Breakpoints, MalformedOrConditionalOnesAreErrors) {
    for (const char* packet :
         {"Z", "Z0", "Z0,", "Z0,1000", "Z0,1000,", "Z5,1000,4", "Zffffffffffffffff,1000,4", "Z0,1000,0",
          "Z0,1000,4;X1,22", "Z2,ffffffffffffffff,2", "z0", "z9,1000,4"}) {
        EXPECT_EQ(ask(packet), "E01") << packet;
    }
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

}  // namespace
}  // namespace vm::debug
