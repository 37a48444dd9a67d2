#include "vm/booted/guest_console.h"

#include <gtest/gtest.h>

namespace vm::booted {
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

TEST(GuestConsole, GivesWhatComesBeforeWhatIsWaitedFor) {
    GuestConsole console(shell("echo one two; echo three"), kLimit);
    EXPECT_EQ(console.read_to(" "), "one");
    EXPECT_EQ(console.read_to("\n"), "two");
    EXPECT_EQ(console.read_to("four"), std::nullopt);
}

TEST(GuestConsole, AnotherDeadlineCountsFromNowOn) {
    GuestConsole console({"/bin/cat"}, seconds{0});
    EXPECT_FALSE(console.wait_for("hello"));
    console.allow(kLimit);
    console.type("hello\n");
    EXPECT_TRUE(console.wait_for("hello"));
}

TEST(GuestConsole, ProcessorTimeIsWhatTheProgramUses) {
    GuestConsole console(
        shell("echo up; read a; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; read b"),
        kLimit);
    ASSERT_TRUE(console.wait_for("up"));
    const auto before = console.cpu_time();
    console.type("go\n");
    ASSERT_TRUE(console.wait_for("done"));
    const auto after = console.cpu_time();
    ASSERT_TRUE(before and after);
    EXPECT_GT(*after - *before, std::chrono::milliseconds(1));
    console.type("end\n");
    EXPECT_EQ(console.exit_code(), 0);
    EXPECT_EQ(console.cpu_time(), std::nullopt);
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
}  // namespace vm::booted
