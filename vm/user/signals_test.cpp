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
    SignalActions actions;
    const auto set = [&](std::uint64_t handler) { actions.replace(SIGTERM, {handler, 0, 0}, [] {}); };
    EXPECT_TRUE(would_kill(state, actions, SIGTERM));
    EXPECT_FALSE(would_kill(state, actions, SIGCHLD));
    EXPECT_FALSE(would_kill(state, actions, 0));
    EXPECT_FALSE(would_kill(state, actions, 65));
    EXPECT_FALSE(would_kill(state, actions, kStopSignal));
    state.mask = signal_bit(SIGTERM) | signal_bit(SIGKILL);
    EXPECT_FALSE(would_kill(state, actions, SIGTERM));
    EXPECT_TRUE(would_kill(state, actions, SIGKILL));
    state = {};
    set(0x1000);
    EXPECT_FALSE(would_kill(state, actions, SIGTERM));
    set(abi::kSignalIgnore);
    EXPECT_FALSE(would_kill(state, actions, SIGTERM));
}

TEST(SignalActions, ReplacingAnswersTheOneFromBefore) {
    SignalActions actions;
    int installed = 0;
    actions.replace(SIGUSR1, {0x1000, SA_RESTART, 1}, [&] { ++installed; });
    EXPECT_EQ(actions.replace(SIGUSR1, {}, [&] { ++installed; }).handler, 0x1000U);
    EXPECT_EQ(actions.at(SIGUSR1).handler, abi::kSignalDefault);
    EXPECT_EQ(installed, 2);
}

TEST(SignalActions, ResetHandMeansOnce) {
    SignalActions actions;
    int resets = 0;
    const auto take = [&] { return actions.take(SIGUSR1, [&] { ++resets; }).handler; };
    actions.replace(SIGUSR1, {0x1000, 0, 0}, [] {});
    EXPECT_EQ(take(), 0x1000U);
    EXPECT_EQ(take(), 0x1000U);
    EXPECT_EQ(resets, 0);
    actions.replace(SIGUSR1, {0x1000, static_cast<std::uint32_t>(SA_RESETHAND), 0}, [] {});
    EXPECT_EQ(take(), 0x1000U);
    EXPECT_EQ(take(), abi::kSignalDefault);
    EXPECT_EQ(resets, 1);
}

TEST(SignalActions, ACopyGoesItsOwnWay) {
    SignalActions actions;
    SignalActions copy;
    actions.replace(SIGUSR1, {0x1000, 0, 0}, [] {});
    copy.copy(actions, [] {});
    copy.replace(SIGUSR1, {}, [] {});
    copy.replace(SIGUSR2, {0x2000, 0, 0}, [] {});
    EXPECT_EQ(actions.at(SIGUSR1).handler, 0x1000U);
    EXPECT_EQ(actions.at(SIGUSR2).handler, abi::kSignalDefault);
    copy.copy(actions, [] {});
    EXPECT_EQ(copy.at(SIGUSR1).handler, 0x1000U);
}

}  // namespace
}  // namespace vm::user
