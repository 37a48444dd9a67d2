#include <gmock/gmock.h>

#include "vm/debug/conversation_fixture.h"

namespace vm::debug {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Queries = ConversationTest;

TEST_F(Queries, SupportedSaysWhatThereIs) {
    EXPECT_EQ(ask("qSupported:multiprocess+;swbreak+"),
              "PacketSize=4000;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+;multiprocess-;"
              "binary-upload+;qXfer:features:read+;qXfer:threads:read+");
}

TEST_F(Queries, SupportedOffersWhatProcessesHave) {
    target_.auxiliary_vector_.emplace();
    target_.executable_ = "/bin/a";
    EXPECT_THAT(ask("qSupported"), HasSubstr(";qXfer:auxv:read+;qXfer:exec-file:read+"));
}

TEST_F(Queries, SupportedRemembersWhatTheClientUnderstands) {
    ask("qSupported:xmlRegisters=i386;swbreak+;hwbreak-;error-message+");
    EXPECT_TRUE(conversation_.client.software_break);
    EXPECT_FALSE(conversation_.client.hardware_break);
    EXPECT_TRUE(conversation_.client.error_messages);
    ask("qSupported:hwbreak+");
    EXPECT_FALSE(conversation_.client.software_break);
    EXPECT_TRUE(conversation_.client.hardware_break);
    EXPECT_FALSE(conversation_.client.error_messages);
}

TEST_F(Queries, NoAckModeEndsAcknowledgements) {
    EXPECT_TRUE(conversation_.acknowledges);
    EXPECT_EQ(ask("QStartNoAckMode"), "OK");
    EXPECT_FALSE(conversation_.acknowledges);
}

TEST_F(Queries, AttachedUnlessTheTargetWasMadeForTheDebugger) {
    EXPECT_EQ(ask("qAttached"), "1");
    target_.created_for_debugger_ = true;
    EXPECT_EQ(ask("qAttached:1"), "0");
    EXPECT_EQ(ask("qAttachedX"), "");
}

TEST_F(Queries, OffsetsAreThoseOfTheTarget) {
    EXPECT_EQ(ask("qOffsets"), "");
    target_.section_offsets_ = {.text = 0x2aaaa000, .data = 0x2aaab000};
    EXPECT_EQ(ask("qOffsets"), "Text=2aaaa000;Data=2aaab000;Bss=2aaab000");
}

class Monitor : public ConversationTest {
  protected:
    std::string monitor(std::string_view line) {
        const Answer answer = carry_out(conversation_, "qRcmd," + to_hex(line));
        EXPECT_EQ(answer.reply, "OK") << line;
        return answer.console;
    }
};

TEST_F(Monitor, HelpListsTheTargetsCommands) {
    EXPECT_EQ(monitor("help"),
              "help         this list\nreset        starts again\nfill         prints much\n");
    EXPECT_EQ(monitor("  "), monitor("help"));
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

TEST_F(Monitor, CommandGoesToTheTargetWithoutBlanksAround) {
    EXPECT_EQ(monitor(" reset\n"), "done\n");
    EXPECT_THAT(target_.take_notes(), ElementsAre("monitor reset"));
}

TEST_F(Monitor, ErrorIsPrinted) { EXPECT_EQ(monitor("reset now"), "error: reset takes no arguments\n"); }

TEST_F(Monitor, UnknownCommandIsNotGivenToTheTarget) {
    EXPECT_EQ(monitor("quit x"), "monitor command 'quit' is not supported: see 'monitor help'\n");
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

TEST_F(Monitor, LineThatIsNotHexadecimalIsAnError) { EXPECT_EQ(ask("qRcmd,help"), "E01"); }

}  // namespace
}  // namespace vm::debug
