#include "vm/user/signals.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "vm/user/host_signals.h"

namespace vm::user {
namespace {

TEST(Signals, DefaultActionsAreThoseOfSignal7) {
    EXPECT_EQ(default_action(SIGSEGV), DefaultAction::core);
    EXPECT_EQ(default_action(SIGTERM), DefaultAction::terminate);
    EXPECT_EQ(default_action(SIGCHLD), DefaultAction::ignore);
    EXPECT_EQ(default_action(SIGTSTP), DefaultAction::stop);
    EXPECT_EQ(default_action(SIGCONT), DefaultAction::resume);
    EXPECT_EQ(default_action(40), DefaultAction::terminate);
}

TEST(Signals, NamesAreInOrder) {
    EXPECT_STREQ(signal_name(SIGHUP), "SIGHUP");
    EXPECT_STREQ(signal_name(SIGSEGV), "SIGSEGV");
    EXPECT_STREQ(signal_name(SIGCHLD), "SIGCHLD");
    EXPECT_STREQ(signal_name(SIGSYS), "SIGSYS");
    EXPECT_STREQ(signal_name(50), "a real-time signal");
}

TEST(Signals, OnlyAnUnhandledUnblockedFatalSignalKills) {
    SignalState state;
    EXPECT_TRUE(would_kill(state, SIGTERM));
    EXPECT_FALSE(would_kill(state, SIGCHLD));
    EXPECT_FALSE(would_kill(state, 0));
    EXPECT_FALSE(would_kill(state, 65));
    state.mask = signal_bit(SIGTERM) | signal_bit(SIGKILL);
    EXPECT_FALSE(would_kill(state, SIGTERM));
    EXPECT_TRUE(would_kill(state, SIGKILL));
    state = {};
    state.actions[SIGTERM].handler = 0x1000;
    EXPECT_FALSE(would_kill(state, SIGTERM));
    state.actions[SIGTERM].handler = abi::kSignalIgnore;
    EXPECT_FALSE(would_kill(state, SIGTERM));
}

}  // namespace
}  // namespace vm::user
