#include <gmock/gmock.h>

#include "vm/debug/conversation_fixture.h"
#include "vm/debug/packet.h"

namespace vm::debug {
namespace {

using Memory = ConversationTest;
using namespace std::string_literals;

TEST_F(Memory, SmallMReadsHexadecimal) {
    put(0x1010, "\x01\xab");
    EXPECT_EQ(ask("m1010,3"), "01ab00");
}

TEST_F(Memory, SmallXReadsBinaryAfterAB) {
    put(0x1010, "#$}*");
    EXPECT_EQ(ask("x1010,5"), "b#$}*\0"s);
}

TEST_F(Memory, WhatLiesBeyondIsLeftOut) { EXPECT_EQ(ask("m5ffe,8"), "0000"); }

TEST_F(Memory, ReadThatWouldNotFitIntoAPacketIsCut) {
    EXPECT_EQ(ask("m1000,ffffffffffffffff").size(), kMaxPacket - 2);
    EXPECT_EQ(ask("x1000,ffffffffffffffff").size(), kMaxPacket / 2);
}

TEST_F(Memory, ReadOfWhatIsNotThereIsAnErrorThatSaysSo) {
    EXPECT_EQ(ask("m0,8"), "E01");
    EXPECT_EQ(ask("x6000,8"), "E01");
    EXPECT_EQ(ask("mffffffffffffffff,ffffffffffffffff"), "E01");
    conversation_.client.error_messages = true;
    EXPECT_EQ(ask("m0,8"), "E.no memory at 0x0");
}

TEST_F(Memory, CapitalMWritesHexadecimal) {
    EXPECT_EQ(ask("M1010,3:414243"), "OK");
    EXPECT_EQ(text_at(0x1010, 3), "ABC");
}

TEST_F(Memory, CapitalXWritesBinary) {
    EXPECT_EQ(ask("X1010,3:a:\x03"), "OK");
    EXPECT_EQ(text_at(0x1010, 3), "a:\x03");
}

TEST_F(Memory, WriteOfNothingSaysThatTheCommandExists) {
    EXPECT_EQ(ask("X0,0:"), "OK");
    EXPECT_EQ(ask("M0,0:"), "OK");
}

TEST_F(Memory, WriteThatDoesNotFitChangesNothing) {
    EXPECT_EQ(ask("M5fff,2:4142"), "E01");
    EXPECT_EQ(ask("Xffffffffffffffff,2:ab"), "E01");
    EXPECT_EQ(text_at(0x5fff, 1), "\0"s);
}

TEST_F(Memory, LengthThatIsNotThatOfTheBytesIsAnError) {
    EXPECT_EQ(ask("M1000,2:41"), "E01");
    EXPECT_EQ(ask("M1000,ffffffffffffffff:41"), "E01");
    EXPECT_EQ(ask("X1000,2:a"), "E01");
    EXPECT_EQ(text_at(0x1000, 1), "\0"s);
}

TEST_F(Memory, MalformedPacketsAreErrors) {
    for (const char* packet : {"m", "m1000", "m1000,", "m,1", "m1000,1,", "m1000,0", "mxyz,1", "x1000", "M",
                               "M1000,1", "M1000,1:4", "M1000,1:4x", "X1000,1", "X1000:a", "X"}) {
        EXPECT_EQ(ask(packet), "E01") << packet;
    }
}

}  // namespace
}  // namespace vm::debug
