#include "vm/debug/commands.h"

#include <gmock/gmock.h>

#include "vm/debug/conversation_fixture.h"

namespace vm::debug {
namespace {

using ::testing::IsEmpty;
using Commands = ConversationTest;

TEST_F(Commands, UnknownOnesGetTheEmptyReply) {
    for (const char* packet :
         {"", "!", "R00", "vMustReplyEmpty", "vFooBar", "vRun;a", "vAttach;1", "qTStatus", "QNonStop:1",
          "qCRC:0,1", "gg", "?x", "qCx", "vCont", "qSupportedX", "QStartNoAckModeX", "\x03", "\xff"}) {
        EXPECT_EQ(ask(packet), "") << packet;
    }
}

TEST_F(Commands, QuestionMarkIsTheLastStopAgain) {
    EXPECT_EQ(ask("?"), "T05thread:1;03:0000000000000000;");
    conversation_.stop = exit_stop(3);
    EXPECT_EQ(ask("?"), "W03");
}

TEST_F(Commands, ThoseThatNeedATargetAreRefusedAfterItsEnd) {
    conversation_.stop = exit_stop(0);
    conversation_.client.error_messages = true;
    for (const char* packet :
         {"g", "G00", "p0", "P0=00", "m1000,1", "x1000,1", "M1000,1:00", "X1000,0:", "Z0,1000,4", "z0,1000,4",
          "qOffsets", "qRcmd,68656c70", "qXfer:threads:read::0,100"}) {
        EXPECT_EQ(ask(packet), "E.the program has ended") << packet;
    }
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

}  // namespace
}  // namespace vm::debug
