#include "vm/tests/boot/guest_console.h"

#include <gtest/gtest.h>

namespace vm::tests {
namespace {

using std::chrono::seconds;

constexpr seconds kLimit{60};

std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

TEST(GuestConsole, EachSideTakesItsTurn) {
    GuestConsole console(shell("read a; echo got $a; read b; echo then $b"), kLimit);
    console.type("one\n");
    EXPECT_TRUE(console.wait_for("got one\n"));
    console.type("two\n");
    EXPECT_TRUE(console.wait_for("then two\n"));
    EXPECT_EQ(console.exit_code(), 0);
    EXPECT_EQ(console.output(), "got one\nthen two\n");
}

TEST(GuestConsole, WhatWasWaitedForIsNotFoundAgain) {
    GuestConsole console(shell("echo a b a"), kLimit);
    EXPECT_TRUE(console.wait_for("a"));
    EXPECT_TRUE(console.wait_for("a"));
    EXPECT_FALSE(console.wait_for("a"));
}

TEST(GuestConsole, ReportsExitCodesAndSignals) {
    EXPECT_EQ(GuestConsole(shell("echo oh >&2; exit 3"), kLimit).exit_code(), 3);
    EXPECT_EQ(GuestConsole(shell("kill -TERM $$"), kLimit).exit_code(), 128 + 15);
    EXPECT_EQ(GuestConsole({"/nonexistent"}, kLimit).exit_code(), 127);
}

TEST(GuestConsole, EndsWhenTheTimeDoes) {
    GuestConsole console({"/bin/cat"}, seconds{0});
    EXPECT_FALSE(console.wait_for("never"));
    EXPECT_EQ(console.exit_code(), -1);
}

}  // namespace
}  // namespace vm::tests
