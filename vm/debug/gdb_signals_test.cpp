#include "vm/debug/gdb_signals.h"

#include <csignal>

#include <gtest/gtest.h>

namespace vm::debug {
namespace {

TEST(GdbSignals, NumbersThatDifferAreTranslated) {
    EXPECT_EQ(gdb_signal(SIGBUS), 10);
    EXPECT_EQ(gdb_signal(SIGUSR1), 30);
    EXPECT_EQ(gdb_signal(SIGUSR2), 31);
    EXPECT_EQ(gdb_signal(SIGCHLD), 20);
    EXPECT_EQ(gdb_signal(SIGCONT), 19);
    EXPECT_EQ(gdb_signal(SIGSTOP), 17);
    EXPECT_EQ(gdb_signal(SIGTSTP), 18);
    EXPECT_EQ(gdb_signal(SIGURG), 16);
    EXPECT_EQ(gdb_signal(SIGIO), 23);
    EXPECT_EQ(gdb_signal(SIGPWR), 32);
    EXPECT_EQ(gdb_signal(SIGSYS), 12);
}

TEST(GdbSignals, CommonNumbersAreTheSame) {
    for (const int signal : {0, SIGINT, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGKILL, SIGSEGV, SIGTERM}) {
        EXPECT_EQ(gdb_signal(signal), signal);
    }
}

TEST(GdbSignals, RealTimeSignalsLieApart) {
    EXPECT_EQ(gdb_signal(32), 77);
    EXPECT_EQ(gdb_signal(33), 45);
    EXPECT_EQ(gdb_signal(63), 75);
    EXPECT_EQ(gdb_signal(64), 78);
}

TEST(GdbSignals, WhatGdbDoesNotKnowIsTheUnknownSignal) {
    EXPECT_EQ(gdb_signal(SIGSTKFLT), 143);
    EXPECT_EQ(gdb_signal(65), 143);
    EXPECT_EQ(gdb_signal(-1), 143);
}

TEST(GdbSignals, EverySignalOfLinuxButOneComesBack) {
    for (int signal = 0; signal <= 64; ++signal) {
        if (signal != SIGSTKFLT) {
            EXPECT_EQ(linux_signal(gdb_signal(signal)), signal);
        }
    }
}

TEST(GdbSignals, NumbersLinuxDoesNotHaveAreNone) {
    EXPECT_FALSE(linux_signal(7));  // EMT
    EXPECT_FALSE(linux_signal(143));
    EXPECT_FALSE(linux_signal(~std::uint64_t{0}));
}

}  // namespace
}  // namespace vm::debug
