#include "vm/debug/conversation.h"

#include <gmock/gmock.h>

#include "vm/debug/conversation_fixture.h"

namespace vm::debug {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Which = ThreadSelector::Which;

std::optional<ThreadSelector> selector(std::string_view text) {
    PacketReader reader(text);
    return read_thread(reader);
}

TEST(ReadThread, MinusOneIsAllAndZeroIsAny) {
    EXPECT_EQ(selector("-1").value().which, Which::all);
    EXPECT_EQ(selector("0").value().which, Which::any);
}

TEST(ReadThread, NumberIsHexadecimal) {
    EXPECT_EQ(selector("1f").value().which, Which::one);
    EXPECT_EQ(selector("1f").value().id, FakeTarget::kThird);
}

TEST(ReadThread, ProcessesAndNumbersThatAreTooLargeAreRefused) {
    EXPECT_FALSE(selector("p1.1"));
    EXPECT_FALSE(selector("100000000"));
    EXPECT_FALSE(selector("-2"));
    EXPECT_FALSE(selector(""));
}

using Errors = ConversationTest;

TEST_F(Errors, AreNumbersUntilTheClientUnderstandsText) {
    EXPECT_EQ(error_reply(conversation_, "no memory"), "E01");
    conversation_.client.error_messages = true;
    EXPECT_EQ(error_reply(conversation_, "no memory"), "E.no memory");
}

using ClearBreakpoints = ConversationTest;

TEST_F(ClearBreakpoints, TakesEachOutOfTheTargetOnce) {
    conversation_.breakpoints = {{BreakpointKind::software, 0x1000, 4},
                                 {BreakpointKind::write_watch, 0x1008, 8}};
    clear_breakpoints(conversation_);
    EXPECT_THAT(target_.take_notes(), ElementsAre("remove 0 0x1000 4", "remove 2 0x1008 8"));
    clear_breakpoints(conversation_);
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

TEST_F(ClearBreakpoints, ForgetsThoseOfATargetThatHasEnded) {
    conversation_.breakpoints = {{BreakpointKind::software, 0x1000, 4}};
    conversation_.stop = exit_stop(0);
    clear_breakpoints(conversation_);
    EXPECT_THAT(target_.take_notes(), IsEmpty());
    EXPECT_THAT(conversation_.breakpoints, IsEmpty());
}

}  // namespace
}  // namespace vm::debug
