#include <cerrno>

#include <signal.h>
#include <unistd.h>

#include "vm/user/kernel_fixture.h"
#include "vm/user/linux_abi.h"

namespace vm::user {
namespace {

class SyscallsSignal : public KernelTest {
  protected:
    void handle(int signal) {
        ASSERT_EQ(memory_.put(kData, abi::SignalAction{0x1'0000, 0, 0}), 0);
        ASSERT_EQ(call(sys::rt_sigaction, signal, kData, 0, 8), 0);
    }
    SysValue mask(int how, std::uint64_t set) {
        EXPECT_EQ(memory_.put(kData, set), 0);
        return call(sys::rt_sigprocmask, how, kData, kData + 8, 8);
    }
    void take() {
        static_cast<void>(host_signals_->take());
        host_signals_->set_mask(kernel_.signals.mask);
    }
};

TEST_F(SyscallsSignal, ActionsAreKeptAndReturned) {
    ASSERT_EQ(memory_.put(kData, abi::SignalAction{0x1234, SA_RESTART, ~std::uint64_t{0}}), 0);
    EXPECT_EQ(call(sys::rt_sigaction, SIGUSR1, kData, 0, 8), 0);
    EXPECT_EQ(call(sys::rt_sigaction, SIGUSR1, 0, kData + 64, 8), 0);
    const auto action = get<abi::SignalAction>(kData + 64);
    EXPECT_EQ(action.handler, 0x1234U);
    EXPECT_EQ(action.mask, ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP)));
    EXPECT_EQ(call(sys::rt_sigaction, SIGKILL, 0, 0, 8), -EINVAL);
    EXPECT_EQ(call(sys::rt_sigaction, 65, 0, 0, 8), -EINVAL);
    EXPECT_EQ(call(sys::rt_sigaction, SIGUSR1, 0, 0, 16), -EINVAL);
    EXPECT_EQ(call(sys::rt_sigaction, SIGUSR1, kUnmapped, 0, 8), -EFAULT);
}

TEST_F(SyscallsSignal, TheMaskIsChangedInThreeWays) {
    EXPECT_EQ(mask(SIG_SETMASK, signal_bit(SIGUSR1) | signal_bit(SIGKILL)), 0);
    EXPECT_EQ(kernel_.signals.mask, signal_bit(SIGUSR1));
    EXPECT_EQ(mask(SIG_BLOCK, signal_bit(SIGUSR2)), 0);
    EXPECT_EQ(get<std::uint64_t>(kData + 8), signal_bit(SIGUSR1));
    EXPECT_EQ(mask(SIG_UNBLOCK, signal_bit(SIGUSR1)), 0);
    EXPECT_EQ(kernel_.signals.mask, signal_bit(SIGUSR2));
    EXPECT_EQ(mask(99, 0), -EINVAL);
    EXPECT_EQ(call(sys::rt_sigprocmask, SIG_BLOCK, 0, 0, 4), -EINVAL);
    EXPECT_EQ(call(sys::rt_sigprocmask, SIG_BLOCK, kUnmapped, 0, 8), -EFAULT);
    EXPECT_EQ(mask(SIG_SETMASK, 0), 0);
}

TEST_F(SyscallsSignal, ASignalOnItsWayComesBeforeANewMask) {
    handle(SIGUSR1);
    ::raise(SIGUSR1);
    EXPECT_EQ(mask(SIG_BLOCK, signal_bit(SIGUSR1)), kRestartAlways);
    EXPECT_EQ(kernel_.signals.mask & signal_bit(SIGUSR1), 0U);
    EXPECT_EQ(call(sys::rt_sigaction, SIGUSR1, kData, 0, 8), kRestartAlways);
    EXPECT_EQ(call(sys::rt_sigreturn), kRestartAlways);
    take();
}

TEST_F(SyscallsSignal, BlockedSignalsArePendingAndCanBeWaitedFor) {
    handle(SIGUSR1);
    ASSERT_EQ(mask(SIG_BLOCK, signal_bit(SIGUSR1)), 0);
    EXPECT_EQ(call(sys::kill, ::getpid(), SIGUSR1), 0);
    EXPECT_EQ(call(sys::rt_sigpending, kData, 8), 0);
    EXPECT_EQ(get<std::uint64_t>(kData), signal_bit(SIGUSR1));
    ASSERT_EQ(memory_.put(kData, signal_bit(SIGUSR1)), 0);
    EXPECT_EQ(call(sys::rt_sigtimedwait, kData, kData + 64, 0, 8), SIGUSR1);
    EXPECT_EQ(get<int>(kData + 64), SIGUSR1);
    ASSERT_EQ(memory_.put(kData + 8, abi::Timespec{0, 1000}), 0);
    EXPECT_EQ(call(sys::rt_sigtimedwait, kData, 0, kData + 8, 8), -EAGAIN);
    EXPECT_EQ(call(sys::rt_sigtimedwait, kData, 0, kUnmapped, 8), -EFAULT);
    EXPECT_EQ(call(sys::rt_sigtimedwait, kData, 0, 0, 4), -EINVAL);
    EXPECT_EQ(call(sys::tgkill, ::getpid(), ::gettid(), SIGUSR1), 0);
    ASSERT_EQ(memory_.put(kData, std::uint64_t{0}), 0);
    EXPECT_EQ(call(sys::rt_sigsuspend, kData, 8), kRestartNever);
    EXPECT_EQ(call(sys::rt_sigsuspend, kUnmapped, 8), -EFAULT);
    take();
    EXPECT_EQ(mask(SIG_SETMASK, 0), 0);
}

TEST_F(SyscallsSignal, AFatalSignalToItselfEndsTheProgramNotVm) {
    EXPECT_EQ(call(sys::tgkill, ::getpid(), ::gettid(), SIGABRT), kNoResult);
    ASSERT_TRUE(kernel_.outcome);
    EXPECT_EQ(kernel_.outcome->kind, Outcome::Kind::killed);
    EXPECT_EQ(kernel_.outcome->code, SIGABRT);
    EXPECT_EQ(call(sys::tkill, ::gettid(), SIGTERM), kNoResult);
    EXPECT_EQ(call(sys::kill, ::getpid(), SIGKILL), kNoResult);
    EXPECT_EQ(call(sys::kill, ::getpid(), 0), 0);
    EXPECT_EQ(call(sys::tkill, ::gettid(), 99), -EINVAL);
}

TEST_F(SyscallsSignal, SigreturnWithoutAFrameKills) {
    hart_.x[2] = kUnmapped;
    EXPECT_EQ(call(sys::rt_sigreturn), kNoResult);
    ASSERT_TRUE(kernel_.outcome);
    EXPECT_EQ(kernel_.outcome->code, SIGSEGV);
}

TEST_F(SyscallsSignal, TheAlternateStackIsChecked) {
    const auto set = [&](abi::SignalStack stack) {
        EXPECT_EQ(memory_.put(kData, stack), 0);
        return call(sys::sigaltstack, kData, kData + 64);
    };
    EXPECT_EQ(set({.base = kData, .flags = 0, .size = 2047}), -ENOMEM);
    EXPECT_EQ(set({.base = kData, .flags = 5, .size = 8192}), -EINVAL);
    EXPECT_EQ(set({.base = kData, .flags = 0, .size = 8192}), 0);
    EXPECT_EQ(get<abi::SignalStack>(kData + 64).flags, SS_DISABLE);
    hart_.x[2] = kData + 4096;
    EXPECT_EQ(set({.base = kData, .flags = SS_DISABLE}), -EPERM);
    EXPECT_EQ(call(sys::sigaltstack, 0, kData + 64), 0);
    EXPECT_EQ(get<abi::SignalStack>(kData + 64).flags, SS_ONSTACK);
    hart_.x[2] = 0;
    EXPECT_EQ(set({.base = kData, .flags = SS_DISABLE}), 0);
    EXPECT_EQ(kernel_.signals.alternate.flags, SS_DISABLE);
    EXPECT_EQ(call(sys::sigaltstack, kUnmapped, 0), -EFAULT);
}

TEST_F(SyscallsSignal, QueuedSignalsBringWhatTheyWereGiven) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer keeps signals back until a call that it knows, and none is made";
#endif
    handle(SIGUSR1);
    siginfo_t info{};
    info.si_signo = SIGUSR1;
    info.si_code = SI_QUEUE;
    info.si_value.sival_int = 42;
    ASSERT_EQ(memory_.put(kData + 256, info), 0);
    EXPECT_EQ(call(sys::rt_tgsigqueueinfo, ::getpid(), ::gettid(), SIGUSR1, kData + 256), 0);
    EXPECT_EQ(host_signals_->take().si_value.sival_int, 42);
    host_signals_->set_mask(kernel_.signals.mask);
    EXPECT_EQ(call(sys::rt_sigqueueinfo, ::getpid(), SIGUSR1, kData + 256), 0);
    EXPECT_EQ(host_signals_->take().si_value.sival_int, 42);
    host_signals_->set_mask(kernel_.signals.mask);
    EXPECT_EQ(call(sys::rt_sigqueueinfo, ::getpid(), SIGUSR1, kUnmapped), -EFAULT);
}

TEST_F(SyscallsSignal, AFaultIsNotForged) {
    siginfo_t info{};
    info.si_code = SEGV_MAPERR;
    ASSERT_EQ(memory_.put(kData, info), 0);
    EXPECT_EQ(call(sys::rt_tgsigqueueinfo, ::getpid(), ::gettid(), SIGSEGV, kData), -EPERM);
}

TEST_F(SyscallsSignal, TheSignalThatIsOursCannotBeSent) {
    EXPECT_EQ(call(sys::kill, ::getpid(), kStopSignal), -EINVAL);
    EXPECT_EQ(call(sys::tkill, ::gettid(), kStopSignal), -EINVAL);
    EXPECT_EQ(call(sys::tgkill, ::getpid(), ::gettid(), kStopSignal), -EINVAL);
}

TEST_F(SyscallsSignal, TheCancellationSignalArrivesLikeAnyOther) {
    constexpr int kCancellation = 32;
    handle(kCancellation);
    EXPECT_EQ(call(sys::tgkill, ::getpid(), ::gettid(), kCancellation), 0);
    EXPECT_EQ(host_signals_->pending(), kCancellation);
    take();
}

}  // namespace
}  // namespace vm::user
