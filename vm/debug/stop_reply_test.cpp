#include "vm/debug/stop_reply.h"

#include "vm/debug/conversation_fixture.h"

namespace vm::debug {
namespace {

class StopReply : public ConversationTest {
  protected:
    StopReply() {
        for (const ThreadInfo& thread : target_.threads_) {
            set_register(thread.id, FakeTarget::kPc, "0010000000000000");
        }
    }

    std::string reply(const Stop& stop) {
        conversation_.stop = stop;
        return stop_reply(conversation_);
    }
};

TEST_F(StopReply, SignalHasGdbsNumberTheThreadAndThePc) {
    EXPECT_EQ(reply(signal_stop(FakeTarget::kThird, SIGBUS)), "T0athread:1f;03:0010000000000000;");
}

TEST_F(StopReply, BreakpointsAreNamedToClientsThatAskedForIt) {
    const Stop software = breakpoint_stop(FakeTarget::kFirst, Stop::Reason::software_breakpoint);
    const Stop hardware = breakpoint_stop(FakeTarget::kFirst, Stop::Reason::hardware_breakpoint);
    EXPECT_EQ(reply(software), "T05thread:1;03:0010000000000000;");
    EXPECT_EQ(reply(hardware), "T05thread:1;03:0010000000000000;");
    conversation_.client = {.software_break = true, .hardware_break = true};
    EXPECT_EQ(reply(software), "T05thread:1;swbreak:;03:0010000000000000;");
    EXPECT_EQ(reply(hardware), "T05thread:1;hwbreak:;03:0010000000000000;");
}

TEST_F(StopReply, WatchpointHasItsKindAndTheAddress) {
    const auto watch = [this](BreakpointKind kind) {
        return reply(watch_stop(FakeTarget::kSecond, kind, 0xffff'ffff'8000'1234));
    };
    EXPECT_EQ(watch(BreakpointKind::write_watch), "T05thread:2;watch:ffffffff80001234;03:0010000000000000;");
    EXPECT_EQ(watch(BreakpointKind::read_watch), "T05thread:2;rwatch:ffffffff80001234;03:0010000000000000;");
    EXPECT_EQ(watch(BreakpointKind::access_watch),
              "T05thread:2;awatch:ffffffff80001234;03:0010000000000000;");
}

TEST_F(StopReply, EndHasTheExitCodeOrTheSignal) {
    EXPECT_EQ(reply(exit_stop(0)), "W00");
    EXPECT_EQ(reply(exit_stop(255)), "Wff");
    EXPECT_EQ(reply(exit_stop(0x1234)), "W1234");
    EXPECT_EQ(reply(killed_stop(SIGSEGV)), "X0b");
    EXPECT_EQ(reply(killed_stop(SIGUSR1)), "X1e");
}

}  // namespace
}  // namespace vm::debug
