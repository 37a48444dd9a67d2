#include "vm/debug/gdb_session.h"

#include <algorithm>
#include <csignal>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/debug/fake_target.h"

namespace vm::debug {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::string_literals;

constexpr Stop kTrapped{.thread = FakeTarget::kFirst, .signal = SIGTRAP};
constexpr Stop kInterrupted{.thread = FakeTarget::kFirst, .signal = SIGINT};
const std::string kTrappedFrame = encode_packet("T05thread:1;03:0000000000000000;");
const std::string kInterruptedFrame = encode_packet("T02thread:1;03:0000000000000000;");

class Session : public ::testing::Test {
  protected:
    // What the session sends back for bytes as they are.
    std::string send(std::string_view bytes) {
        session_.receive(bytes);
        return session_.take_output();
    }
    std::string ask(std::string_view packet) { return send(encode_packet(packet)); }
    std::string stop(const Stop& stop) {
        session_.stopped(stop);
        return session_.take_output();
    }
    void turn_acknowledgements_off() { ask("QStartNoAckMode"); }

    FakeTarget target_;
    GdbSession session_{target_, kTrapped};
};

TEST_F(Session, PacketIsAcknowledgedAndAnswered) { EXPECT_EQ(send("$qC#b4"), "+$QC1#c5"); }

TEST_F(Session, PacketMayComeByteByByteAndManyAtOnce) {
    std::string output;
    for (const char byte : "$qC#b4$qC#b4"s) {
        output += send({&byte, 1});
    }
    EXPECT_EQ(output, "+$QC1#c5+$QC1#c5");
    EXPECT_EQ(send("+$qC#b4+$qC#b4+"), "+$QC1#c5+$QC1#c5");
}

TEST_F(Session, DamagedPacketIsAskedForAgain) { EXPECT_EQ(send("$qC#b5"), "-"); }

TEST_F(Session, UnknownPacketGetsTheEmptyReply) { EXPECT_EQ(ask("vMustReplyEmpty"), "+$#00"); }

TEST_F(Session, PacketThatIsTooLongIsAnErrorAndTheNextIsAnswered) {
    EXPECT_EQ(send(encode_packet(std::string(kMaxPacket + 1, 'm')) + "$qC#b4"), "+$E01#a6+$QC1#c5");
}

TEST_F(Session, ReplyThatIsNotAcknowledgedIsRepeated) {
    ask("qC");
    EXPECT_EQ(send("-"), "$QC1#c5");
    EXPECT_EQ(send("+-"), "");
}

TEST_F(Session, ClientThatNeverAcknowledgesIsTreatedAsVanished) {
    ask("qC");
    send("--------");
    EXPECT_FALSE(session_.finished());
    send("-");
    EXPECT_TRUE(session_.finished());
}

TEST_F(Session, RefusalBeforeAnyReplyMeansNothing) { EXPECT_EQ(send("-"), ""); }

TEST_F(Session, WithoutAcknowledgementsOnlyRepliesAreSent) {
    EXPECT_EQ(ask("QStartNoAckMode"), "+$OK#9a");
    EXPECT_EQ(send("+$qC#b4"), "$QC1#c5");
    EXPECT_EQ(send("$qC#00"), "$QC1#c5");
    EXPECT_EQ(send("-"), "");
}

TEST_F(Session, ResumingIsAnsweredByTheNextStop) {
    turn_acknowledgements_off();
    EXPECT_EQ(ask("c"), "");
    EXPECT_FALSE(session_.stop());
    EXPECT_EQ(stop(kTrapped), kTrappedFrame);
    EXPECT_EQ(session_.stop(), kTrapped);
}

TEST_F(Session, EndOfTheTargetIsToldOnceAndOnAsking) {
    turn_acknowledgements_off();
    ask("c");
    EXPECT_EQ(stop(exit_stop(3)), encode_packet("W03"));
    EXPECT_EQ(ask("?"), encode_packet("W03"));
    EXPECT_EQ(ask("g"), encode_packet("E01"));
}

TEST_F(Session, StopMakesItsThreadTheCurrentOne) {
    turn_acknowledgements_off();
    ask("Hg1f");
    ask("Hc1f");
    ask("c");
    stop(signal_stop(FakeTarget::kSecond, SIGTRAP));
    EXPECT_EQ(ask("qC"), encode_packet("QC2"));
    target_.take_notes();
    ask("s");
    EXPECT_THAT(target_.take_notes(), ElementsAre("resume 1:stay 2:step 1f:stay"));
}

TEST_F(Session, InterruptByteAsksARunningTargetToStopOnce) {
    turn_acknowledgements_off();
    ask("c");
    target_.take_notes();
    EXPECT_EQ(send("\x03\x03"), "");
    EXPECT_THAT(target_.take_notes(), ElementsAre("interrupt"));
    EXPECT_EQ(stop(kInterrupted), kInterruptedFrame);
}

TEST_F(Session, InterruptByteThatCrossedWithAStopIsForgotten) {
    EXPECT_EQ(send("\x03"), "");
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

TEST_F(Session, InterruptWorksAgainAfterEachResume) {
    ask("c");
    send("\x03");
    stop(kInterrupted);
    ask("c");
    target_.take_notes();
    send("\x03");
    EXPECT_THAT(target_.take_notes(), ElementsAre("interrupt"));
}

TEST_F(Session, PacketWhileRunningStopsTheTargetAndIsAnsweredAfterThat) {
    turn_acknowledgements_off();
    ask("c");
    target_.take_notes();
    EXPECT_EQ(ask("qC"), "");
    EXPECT_THAT(target_.take_notes(), ElementsAre("interrupt"));
    EXPECT_EQ(stop(kInterrupted), kInterruptedFrame + "$QC1#c5");
}

TEST_F(Session, PacketsBehindAResumeWaitForTheNextStop) {
    turn_acknowledgements_off();
    send("$c#63$c#63$qC#b4");
    EXPECT_EQ(stop(kInterrupted), kInterruptedFrame);
    EXPECT_EQ(stop(kInterrupted), kInterruptedFrame + "$QC1#c5");
    EXPECT_THAT(target_.take_notes(),
                ElementsAre("resume 1:go 2:go 1f:go", "interrupt", "resume 1:go 2:go 1f:go", "interrupt"));
}

TEST_F(Session, ClientThatFloodsARunningTargetIsTreatedAsVanished) {
    ask("c");
    for (int i = 0; i < 65; ++i) {
        ask("qC");
    }
    EXPECT_EQ(ask("qC"), "");
    EXPECT_EQ(stop(kInterrupted), "");
    EXPECT_TRUE(session_.finished());
}

TEST_F(Session, DetachedTargetRunsWithoutBreakpoints) {
    ask("Z0,1000,4");
    EXPECT_EQ(ask("D"), "+$OK#9a");
    EXPECT_TRUE(session_.finished());
    EXPECT_FALSE(session_.stop());
    EXPECT_THAT(target_.take_notes(), ElementsAre("insert 0 0x1000 4", "remove 0 0x1000 4", "detach"));
    EXPECT_EQ(ask("qC"), "");
}

TEST_F(Session, KillEndsTheConversation) {
    EXPECT_EQ(ask("k"), "+");
    EXPECT_TRUE(session_.finished());
    EXPECT_FALSE(session_.stop());
    EXPECT_THAT(target_.take_notes(), ElementsAre("kill"));
}

TEST_F(Session, ClientThatVanishesLeavesAStoppedTargetStopped) {
    ask("Z0,1000,4");
    session_.disconnected();
    EXPECT_TRUE(session_.finished());
    EXPECT_EQ(session_.stop(), kTrapped);
    EXPECT_THAT(target_.take_notes(), ElementsAre("insert 0 0x1000 4", "remove 0 0x1000 4"));
}

TEST_F(Session, ClientThatVanishesLeavesARunningTargetRunningWithoutBreakpoints) {
    ask("Z0,1000,4");
    ask("c");
    target_.take_notes();
    session_.disconnected();
    EXPECT_FALSE(session_.finished());
    EXPECT_THAT(target_.take_notes(), ElementsAre("interrupt"));
    EXPECT_EQ(stop(kInterrupted), "");
    EXPECT_TRUE(session_.finished());
    EXPECT_FALSE(session_.stop());
    EXPECT_THAT(target_.take_notes(), ElementsAre("remove 0 0x1000 4", "detach"));
}

TEST_F(Session, TargetThatEndsAfterItsClientVanishedIsNotTouched) {
    ask("Z0,1000,4");
    ask("c");
    session_.disconnected();
    target_.take_notes();
    stop(exit_stop(0));
    EXPECT_TRUE(session_.finished());
    EXPECT_EQ(session_.stop(), exit_stop(0));
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

TEST_F(Session, ClientThatVanishedIsNotAnsweredAnyMore) {
    ask("c");
    ask("qC");
    session_.disconnected();
    EXPECT_EQ(ask("qC"), "");
    EXPECT_EQ(stop(kInterrupted), "");
}

TEST_F(Session, MonitorPrintsBeforeItsReply) {
    turn_acknowledgements_off();
    EXPECT_EQ(ask("qRcmd,7265736574"), encode_packet("O646f6e650a") + encode_packet("OK"));
}

TEST_F(Session, MonitorPrintsMuchInSeveralPackets) {
    turn_acknowledgements_off();
    const std::string output = ask("qRcmd,66696c6c");
    EXPECT_EQ(std::count(output.begin(), output.end(), '$'), 3);
    EXPECT_EQ(output.substr(output.size() - 6), "$OK#9a");
}

TEST(SessionWithRunningTarget, ConnectingStopsIt) {
    FakeTarget target;
    GdbSession session(target, std::nullopt);
    EXPECT_THAT(target.take_notes(), ElementsAre("interrupt"));
    session.receive("$?#3f");
    EXPECT_EQ(session.take_output(), "+");
    session.stopped(kInterrupted);
    EXPECT_EQ(session.take_output(), kInterruptedFrame);
}

TEST(SessionWithRunningTarget, ClientThatOnlyLooksInLeavesItRunning) {
    FakeTarget target;
    GdbSession session(target, std::nullopt);
    session.disconnected();
    session.stopped(kInterrupted);
    EXPECT_TRUE(session.finished());
    EXPECT_FALSE(session.stop());
    EXPECT_THAT(target.take_notes(), ElementsAre("interrupt", "detach"));
}

TEST(SessionWithEndedTarget, TellsOfTheEnd) {
    FakeTarget target;
    GdbSession session(target, killed_stop(SIGKILL));
    session.receive("$?#3f");
    EXPECT_EQ(session.take_output(), fmt::format("+{}", encode_packet("X09")));
}

}  // namespace
}  // namespace vm::debug
