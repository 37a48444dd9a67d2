#include <gmock/gmock.h>

#include "vm/debug/conversation_fixture.h"

namespace vm::debug {
namespace {

using Registers = ConversationTest;

TEST_F(Registers, SmallGIsTheGeneralOnesOfTheThreadThatStopped) {
    set_register(FakeTarget::kFirst, 0, "0102030405060708");
    set_register(FakeTarget::kFirst, FakeTarget::kPc, "0010000000000080");
    EXPECT_EQ(ask("g"),
              "0102030405060708"
              "0000000000000000"
              "0000000000000000"
              "0010000000000080");
}

TEST_F(Registers, ThoseOfTheThreadChosenByHgAreMeant) {
    set_register(FakeTarget::kSecond, 1, "aa00000000000000");
    EXPECT_EQ(ask("p1"), "0000000000000000");
    EXPECT_EQ(ask("Hg2"), "OK");
    EXPECT_EQ(ask("p1"), "aa00000000000000");
    EXPECT_EQ(ask("P1=bb00000000000000"), "OK");
    EXPECT_EQ(register_of(FakeTarget::kSecond, 1), "bb00000000000000");
    EXPECT_EQ(register_of(FakeTarget::kFirst, 1), "0000000000000000");
}

TEST_F(Registers, CapitalGWritesTheGeneralOnes) {
    EXPECT_EQ(ask("G"
                  "0100000000000000"
                  "0200000000000000"
                  "0300000000000000"
                  "0400000000000000"),
              "OK");
    EXPECT_EQ(register_of(FakeTarget::kFirst, 0), "0100000000000000");
    EXPECT_EQ(register_of(FakeTarget::kFirst, FakeTarget::kPc), "0400000000000000");
}

TEST_F(Registers, CapitalGWithTooFewBytesOrNoneIsAnError) {
    EXPECT_EQ(ask("G"), "E01");
    EXPECT_EQ(ask("G01"), "E01");
    EXPECT_EQ(ask("G0100000000000000xx"), "E01");
}

TEST_F(Registers, OneBeyondTheGeneralHasItsOwnSize) {
    set_register(FakeTarget::kFirst, FakeTarget::kSmall, "11223344");
    EXPECT_EQ(ask("p4"), "11223344");
    EXPECT_EQ(ask("P4=55667788"), "OK");
    EXPECT_EQ(register_of(FakeTarget::kFirst, FakeTarget::kSmall), "55667788");
}

TEST_F(Registers, OneThatCannotBeReadNowIsUnavailable) { EXPECT_EQ(ask("p6"), "xxxxxxxxxxxxxxxx"); }

TEST_F(Registers, OneThatCannotBeWrittenIsAnErrorThatSaysWhy) {
    conversation_.client.error_messages = true;
    EXPECT_EQ(ask("P6=0000000000000000"), "E.register 6 is not there now");
}

TEST_F(Registers, NumbersOfNoneAreErrors) {
    for (const char* packet : {"p", "p5", "p7", "pffffffffffffffff", "p10000000000000000", "p0,", "px", "P",
                               "P5=00", "P7=00", "P0", "P0:00"}) {
        EXPECT_EQ(ask(packet), "E01") << packet;
    }
}

TEST_F(Registers, ValueOfAnotherSizeIsAnError) {
    EXPECT_EQ(ask("P0="), "E01");
    EXPECT_EQ(ask("P0=00"), "E01");
    EXPECT_EQ(ask("P0=000000000000000000"), "E01");
    EXPECT_EQ(ask("P0=000000000000000x"), "E01");
}

}  // namespace
}  // namespace vm::debug
