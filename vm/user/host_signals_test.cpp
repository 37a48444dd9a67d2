#include "vm/user/host_signals.h"

#include <array>
#include <cerrno>
#include <sys/syscall.h>
#include <sys/time.h>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

namespace vm::user {
namespace {

class HostSignalsTest : public ::testing::Test {
  protected:
    HostSignalsTest()
        : signals_(*HostSignals::attach([](void* count) { ++*static_cast<int*>(count); }, &notified_)) {}

    int notified_ = 0;
    std::unique_ptr<HostSignals> signals_;
};

TEST_F(HostSignalsTest, ThereIsOneAtATime) {
    const auto second = HostSignals::attach([](void*) {}, nullptr);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message, "another guest program of this process already receives its signals");
    signals_.reset();
    EXPECT_TRUE(HostSignals::attach([](void*) {}, nullptr));
}

TEST_F(HostSignalsTest, AForwardedSignalWaitsUntilItIsTaken) {
    signals_->forward(SIGUSR1);
    ::raise(SIGUSR1);
    EXPECT_EQ(signals_->pending(), SIGUSR1);
    EXPECT_EQ(notified_, 1);
    const siginfo_t info = signals_->take();
    EXPECT_EQ(info.si_signo, SIGUSR1);
    EXPECT_EQ(info.si_pid, ::getpid());
    EXPECT_EQ(signals_->pending(), 0);
}

TEST_F(HostSignalsTest, TheNextOneComesAfterTheMaskIsSet) {
    signals_->forward(SIGUSR1);
    signals_->forward(SIGUSR2);
    ::raise(SIGUSR1);
    ::raise(SIGUSR2);
    EXPECT_EQ(signals_->pending(), SIGUSR1);
    static_cast<void>(signals_->take());
    EXPECT_EQ(signals_->pending(), 0);
    signals_->set_mask(signals_->inherited_mask());
    EXPECT_EQ(signals_->pending(), SIGUSR2);
    static_cast<void>(signals_->take());
    signals_->set_mask(signals_->inherited_mask());
    EXPECT_EQ(notified_, 2);
}

TEST_F(HostSignalsTest, NothingArrivesWhileHeld) {
    signals_->forward(SIGUSR1);
    EXPECT_TRUE(signals_->hold());
    ::raise(SIGUSR1);
    EXPECT_EQ(signals_->pending(), 0);
    signals_->set_mask(signals_->inherited_mask());
    EXPECT_EQ(signals_->pending(), SIGUSR1);
    EXPECT_FALSE(signals_->hold());
    static_cast<void>(signals_->take());
    signals_->set_mask(signals_->inherited_mask());
}

TEST_F(HostSignalsTest, ACallAfterASignalIsNotMade) {
    signals_->forward(SIGUSR1);
    ::raise(SIGUSR1);
    char byte = 0;
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    EXPECT_EQ(signals_->call(SYS_read, ends[0], &byte, std::uint64_t{1}), kRestart);
    static_cast<void>(signals_->take());
    signals_->set_mask(signals_->inherited_mask());
    ::close(ends[0]);
    ::close(ends[1]);
}

// The read never returns by itself: a lost signal would hang the test. The timer goes off at every distance
// from it.
TEST_F(HostSignalsTest, ASignalAroundABlockingCallIsNeverLost) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer keeps signals back until a call that it knows, and this one blocks";
#endif
    signals_->forward(SIGALRM);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    for (int round = 0; round < 2000; ++round) {
        const struct itimerval soon {
            {0, 0}, { 0, 1 + round % 50 }
        };
        ASSERT_EQ(::setitimer(ITIMER_REAL, &soon, nullptr), 0);
        char byte = 0;
        ASSERT_EQ(signals_->call(SYS_read, ends[0], &byte, std::uint64_t{1}), kRestart);
        ASSERT_EQ(signals_->take().si_signo, SIGALRM);
        signals_->set_mask(signals_->inherited_mask());
    }
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_F(HostSignalsTest, CallsReturnErrorsAsNegativeNumbers) {
    EXPECT_EQ(signals_->call(SYS_read, -1, nullptr, 0), -EBADF);
    EXPECT_EQ(signals_->call(SYS_getpid), ::getpid());
}

TEST_F(HostSignalsTest, DispositionsComeBackAtTheEnd) {
    signals_->ignore(SIGUSR1);
    EXPECT_TRUE(signals_->inherited_ignored(SIGUSR1));
    ::raise(SIGUSR1);
    EXPECT_EQ(signals_->pending(), 0);
    signals_.reset();
    struct sigaction action {};
    ASSERT_EQ(::sigaction(SIGUSR1, nullptr, &action), 0);
    EXPECT_EQ(action.sa_handler, SIG_DFL);
}

TEST_F(HostSignalsTest, SignalsThatEndTheProgramComeWhereTheyAreTaken) {
    signals_->ignore(SIGUSR2);
    signals_->take_fatal([] { return true; });
    ::raise(SIGUSR2);
    EXPECT_EQ(signals_->pending(), 0);
    ::raise(SIGTERM);
    EXPECT_EQ(signals_->take().si_signo, SIGTERM);
    signals_->set_mask(signals_->inherited_mask());
    signals_->default_action(SIGUSR2);
    ::raise(SIGUSR2);
    EXPECT_EQ(signals_->take().si_signo, SIGUSR2);
    signals_->set_mask(signals_->inherited_mask());
    signals_.reset();
    struct sigaction action {};
    ::sigaction(SIGTERM, nullptr, &action);
    EXPECT_EQ(action.sa_handler, SIG_DFL);
}

TEST_F(HostSignalsTest, SignalsThatNobodyWantsToSeeEndUsAsEver) {
    const auto die = [this] {
        signals_->take_fatal([] { return false; });
        ::raise(SIGTERM);
        ::_exit(0);
    };
    EXPECT_EXIT(die(), ::testing::KilledBySignal(SIGTERM), "");
}

TEST_F(HostSignalsTest, WhatAChildWithOurMemoryDoesToDispositionsIsItsOwn) {
    signals_->take_fatal([] { return false; });
    signals_->forward(SIGTERM);
    {
        const HostSignals::Lending lending(*signals_);
        signals_->default_action(SIGTERM);
    }
    ::raise(SIGTERM);  // ends us where it is not forwarded any more
    EXPECT_EQ(signals_->take().si_signo, SIGTERM);
    signals_->set_mask(signals_->inherited_mask());
}

TEST_F(HostSignalsTest, WhatArrivedForAChildWithOurMemoryIsForgotten) {
    signals_->forward(SIGUSR1);
    {
        const HostSignals::Lending lending(*signals_);
        ::raise(SIGUSR1);
        EXPECT_EQ(signals_->pending(), SIGUSR1);
    }
    EXPECT_EQ(signals_->pending(), 0);
    signals_->set_mask(signals_->inherited_mask());
}

TEST_F(HostSignalsTest, ASentFaultSignalIsForwardedLikeAnyOther) {
    signals_->forward(SIGSEGV);
    ::raise(SIGSEGV);
    EXPECT_EQ(signals_->pending(), SIGSEGV);
    static_cast<void>(signals_->take());
    signals_->set_mask(signals_->inherited_mask());
    signals_->default_action(SIGSEGV);
}

TEST_F(HostSignalsTest, KnowsTheSignalsOfInstructions) {
    EXPECT_TRUE(raised_by_instructions(SIGSEGV));
    EXPECT_TRUE(raised_by_instructions(SIGTRAP));
    EXPECT_FALSE(raised_by_instructions(SIGUSR1));
}

TEST_F(HostSignalsTest, AStopEndsACallAndIsForgotten) {
    engine::Handshake handshake;
    engine::Handshake::Member member(handshake, [] {});
    signals_->share(member);
    signals_->stop();
    EXPECT_TRUE(signals_->stopped());
    char byte = 0;
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    EXPECT_EQ(signals_->call(SYS_read, ends[0], &byte, std::uint64_t{1}), kRestart);
    EXPECT_EQ(notified_, 1);
    signals_->forget_stop();
    EXPECT_EQ(signals_->pending(), 0);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_F(HostSignalsTest, AStopComesThroughWhenEverythingIsHeldAndBehindSignals) {
    engine::Handshake handshake;
    engine::Handshake::Member member(handshake, [] {});
    signals_->share(member);
    signals_->forward(SIGUSR1);
    ::raise(SIGUSR1);
    signals_->stop();
    EXPECT_EQ(signals_->pending(), SIGUSR1);
    static_cast<void>(signals_->take());
    signals_->stop();
    EXPECT_TRUE(signals_->stopped());
    EXPECT_FALSE(signals_->hold());
    signals_->forget_stop();
    signals_->set_mask(signals_->inherited_mask());
}

TEST_F(HostSignalsTest, EachThreadHasItsOwnSignals) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer keeps signals back until a call that it knows";
#endif
    signals_->forward(SIGUSR1);
    int other_notified = 0;
    std::thread other([&] {
        const auto mine =
            signals_->attach_thread([](void* count) { ++*static_cast<int*>(count); }, &other_notified);
        ::syscall(SYS_tgkill, ::getpid(), ::gettid(), SIGUSR1);
        EXPECT_EQ(mine->pending(), 0);  // it begins with everything blocked
        mine->set_mask(0);
        EXPECT_EQ(mine->pending(), SIGUSR1);
    });
    other.join();
    EXPECT_EQ(other_notified, 1);
    EXPECT_EQ(signals_->pending(), 0);
}

}  // namespace
}  // namespace vm::user
