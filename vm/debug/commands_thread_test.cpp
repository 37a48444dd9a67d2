#include <gmock/gmock.h>

#include "vm/debug/conversation_fixture.h"
#include "vm/debug/packet.h"

namespace vm::debug {
namespace {

using Threads = ConversationTest;

TEST_F(Threads, CurrentOneIsTheOneThatStoppedUntilHgChoosesAnother) {
    EXPECT_EQ(ask("qC"), "QC1");
    EXPECT_EQ(ask("Hg1f"), "OK");
    EXPECT_EQ(ask("qC"), "QC1f");
    EXPECT_EQ(ask("Hg0"), "OK");
    EXPECT_EQ(ask("qC"), "QC1");
}

TEST_F(Threads, AnyAndAllAreAccepted) {
    for (const char* packet : {"Hg0", "Hg-1", "Hc0", "Hc-1"}) {
        EXPECT_EQ(ask(packet), "OK") << packet;
    }
}

TEST_F(Threads, OnesThatAreNotThereAreErrors) {
    for (const char* packet : {"Hg7", "Hc7", "Hg", "Hgp1.1", "Hg1,", "T7", "T0", "T-1", "T", "T100000001",
                               "qThreadExtraInfo,7", "qThreadExtraInfo,"}) {
        EXPECT_EQ(ask(packet), "E01") << packet;
    }
}

TEST_F(Threads, OtherChoicesThanGAndCAreNotSupported) { EXPECT_EQ(ask("Hm1"), ""); }

TEST_F(Threads, CapitalTSaysWhetherOneLives) {
    EXPECT_EQ(ask("T2"), "OK");
    target_.threads_.erase(target_.threads_.begin() + 1);
    EXPECT_EQ(ask("T2"), "E01");
}

TEST_F(Threads, ListHasAllOfThem) {
    EXPECT_EQ(ask("qfThreadInfo"), "m1,2,1f");
    EXPECT_EQ(ask("qsThreadInfo"), "l");
    EXPECT_EQ(ask("qfThreadInfo"), "m1,2,1f");
}

TEST_F(Threads, LongListComesInPacketsOfAllowedSize) {
    target_.threads_.clear();
    for (std::uint32_t i = 0; i < 4000; ++i) {
        target_.threads_.push_back({ThreadId{0xf000'0000 + i}, "", ""});
    }
    std::size_t count = 0;
    for (std::string reply = ask("qfThreadInfo"); reply != "l"; reply = ask("qsThreadInfo")) {
        EXPECT_LE(reply.size(), kMaxPacket);
        count += reply.size() / 9;
    }
    EXPECT_EQ(count, 4000u);
}

TEST_F(Threads, ExtraInfoIsNameAndStateInHexadecimal) {
    EXPECT_EQ(ask("qThreadExtraInfo,1"), to_hex(std::string_view("hart 0: running")));
    EXPECT_EQ(ask("qThreadExtraInfo,2"), to_hex(std::string_view("hart 1")));
}

TEST_F(Threads, ThereAreNoneAfterTheEnd) {
    conversation_.stop = exit_stop(0);
    target_.threads_.clear();
    EXPECT_EQ(ask("qfThreadInfo"), "l");
    EXPECT_EQ(ask("T1"), "E01");
}

}  // namespace
}  // namespace vm::debug
