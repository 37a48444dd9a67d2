#include <gmock/gmock.h>

#include "vm/debug/conversation_fixture.h"

namespace vm::debug {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Running = ConversationTest;

TEST_F(Running, SmallCLetsAllThreadsGoOn) { EXPECT_THAT(run("c"), ElementsAre("resume 1:go 2:go 1f:go")); }

TEST_F(Running, SmallSStepsTheThreadThatStopped) {
    EXPECT_THAT(run("s"), ElementsAre("resume 1:step 2:stay 1f:stay"));
}

TEST_F(Running, HcChoosesTheThreadToStep) {
    EXPECT_EQ(ask("Hc1f"), "OK");
    EXPECT_THAT(run("s"), ElementsAre("resume 1:stay 2:stay 1f:step"));
}

TEST_F(Running, AddressIsWhereThatThreadGoesOn) {
    EXPECT_THAT(run("c80001234"), ElementsAre("resume 1:go 2:go 1f:go"));
    EXPECT_EQ(register_of(FakeTarget::kFirst, FakeTarget::kPc), "3412008000000000");
    EXPECT_EQ(register_of(FakeTarget::kSecond, FakeTarget::kPc), "0000000000000000");
    run("s1000");
    EXPECT_EQ(register_of(FakeTarget::kFirst, FakeTarget::kPc), "0010000000000000");
}

TEST_F(Running, SignalIsDeliveredToThatThreadUnderLinuxsNumber) {
    EXPECT_THAT(run("C0a"), ElementsAre("resume 1:go/7 2:go 1f:go"));
    EXPECT_THAT(run("S1e;2000"), ElementsAre("resume 1:step/10 2:stay 1f:stay"));
    EXPECT_EQ(register_of(FakeTarget::kFirst, FakeTarget::kPc), "0020000000000000");
}

TEST_F(Running, MalformedAddressesAndSignalsAreErrors) {
    for (const char* packet : {"cx", "c1000,", "s-1", "C", "C;", "Cxx", "C8f", "C05,1000", "C05;x", "S"}) {
        EXPECT_EQ(ask(packet), "E01") << packet;
    }
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

TEST_F(Running, VContOffersWhatGdbNeedsToUseIt) { EXPECT_EQ(ask("vCont?"), "vCont;c;C;s;S"); }

TEST_F(Running, ActionOfVContWithoutThreadIsForAll) {
    EXPECT_THAT(run("vCont;c"), ElementsAre("resume 1:go 2:go 1f:go"));
    EXPECT_THAT(run("vCont;c:-1"), ElementsAre("resume 1:go 2:go 1f:go"));
}

TEST_F(Running, LeftmostActionOfVContHolds) {
    EXPECT_THAT(run("vCont;s:2;c"), ElementsAre("resume 1:go 2:step 1f:go"));
    EXPECT_THAT(run("vCont;C0b:1f;s:1f;s:1;c:-1"), ElementsAre("resume 1:step 2:go 1f:go/11"));
}

TEST_F(Running, ThreadWithoutActionOfVContStays) {
    EXPECT_THAT(run("vCont;s:2"), ElementsAre("resume 1:stay 2:step 1f:stay"));
    EXPECT_THAT(run("vCont;s:0"), ElementsAre("resume 1:step 2:stay 1f:stay"));
}

TEST_F(Running, VContThatLetsNoThreadRunIsAnError) {
    EXPECT_EQ(ask("vCont;c:7"), "E01");
    EXPECT_EQ(ask("vCont;"), "E01");
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

TEST_F(Running, ActionsOfVContThatWereNotOfferedAreErrors) {
    for (const char* packet : {"vCont;t", "vCont;r1000,2000:1", "vCont;x", "vCont;;c", "vCont;C:1",
                               "vCont;c:", "vCont;c:p1.1", "vCont;c1", "vCont;c:1:2"}) {
        EXPECT_EQ(ask(packet), "E01") << packet;
    }
}

TEST_F(Running, ResumingWhatHasEndedTellsOfTheEndAgain) {
    conversation_.stop = exit_stop(7);
    for (const char* packet : {"c", "s", "C05", "S05", "vCont;c"}) {
        EXPECT_EQ(ask(packet), "W07") << packet;
    }
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

TEST_F(Running, DetachRemovesBreakpointsAndLeavesTheTargetToItself) {
    for (const char* packet : {"D", "D;1"}) {
        ask("Z0,1000,4");
        const Answer answer = carry_out(conversation_, packet);
        EXPECT_EQ(answer.then, Answer::Then::leave);
        EXPECT_EQ(answer.reply, "OK");
        EXPECT_THAT(target_.take_notes(), ElementsAre("insert 0 0x1000 4", "remove 0 0x1000 4", "detach"));
    }
}

TEST_F(Running, KillEndsTheTargetWithoutReplyUnlessVKillAsksForOne) {
    EXPECT_FALSE(carry_out(conversation_, "k").reply);
    EXPECT_EQ(carry_out(conversation_, "vKill;1").reply, "OK");
    EXPECT_EQ(carry_out(conversation_, "k").then, Answer::Then::leave);
    EXPECT_THAT(target_.take_notes(), ElementsAre("kill", "kill", "kill"));
}

TEST_F(Running, WhatHasEndedIsNeitherDetachedNorKilled) {
    conversation_.stop = killed_stop(SIGSEGV);
    EXPECT_EQ(carry_out(conversation_, "D").reply, "OK");
    EXPECT_EQ(carry_out(conversation_, "vKill;1").reply, "OK");
    EXPECT_THAT(target_.take_notes(), IsEmpty());
}

}  // namespace
}  // namespace vm::debug
