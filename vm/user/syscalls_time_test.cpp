#include <cerrno>
#include <sys/time.h>

#include <time.h>

#include "vm/user/kernel_fixture.h"
#include "vm/user/linux_abi.h"

namespace vm::user {
namespace {

using SyscallsTime = KernelTest;

TEST_F(SyscallsTime, ClocksAreTheHosts) {
    const std::int64_t before = ::time(nullptr);
    ASSERT_EQ(call(sys::clock_gettime, CLOCK_REALTIME, kData), 0);
    ASSERT_EQ(call(sys::gettimeofday, kData + 64, kData + 128), 0);
    const std::int64_t after = ::time(nullptr) + 1;  // time() may lag by a tick
    for (const std::int64_t now : {get<abi::Timespec>(kData).seconds, get<std::int64_t>(kData + 64)}) {
        EXPECT_GE(now, before);
        EXPECT_LE(now, after);
    }
    EXPECT_EQ(call(sys::clock_gettime, 777, kData), -EINVAL);
    EXPECT_EQ(call(sys::clock_gettime, CLOCK_REALTIME, kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::clock_getres, CLOCK_REALTIME, kData), 0);
    EXPECT_EQ(call(sys::clock_getres, CLOCK_REALTIME, 0), 0);
    EXPECT_EQ(call(sys::clock_getres, CLOCK_REALTIME, kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::gettimeofday, kUnmapped, 0), -EFAULT);
    EXPECT_GT(call(sys::times, kData), 0);
}

TEST_F(SyscallsTime, SleepsEndInTime) {
    ASSERT_EQ(memory_.put(kData, abi::Timespec{0, 1000}), 0);
    EXPECT_EQ(call(sys::nanosleep, kData, 0), 0);
    EXPECT_EQ(call(sys::clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, kData, 0), 0);
    ASSERT_EQ(memory_.put(kData, abi::Timespec{0, -1}), 0);
    EXPECT_EQ(call(sys::nanosleep, kData, 0), -EINVAL);
    EXPECT_EQ(call(sys::nanosleep, kUnmapped, 0), -EFAULT);
}

TEST_F(SyscallsTime, AnInterruptedSleepSaysWhatIsLeft) {
    host_signals_->forward(SIGUSR1);
    ::raise(SIGUSR1);
    ASSERT_EQ(memory_.put(kData, abi::Timespec{100, 5}), 0);
    EXPECT_EQ(call(sys::nanosleep, kData, kData + 64), kRestartNever);
    EXPECT_EQ(get<abi::Timespec>(kData + 64).seconds, 100);
    EXPECT_EQ(call(sys::nanosleep, kData, kUnmapped), -EFAULT);
    static_cast<void>(host_signals_->take());
    host_signals_->set_mask(host_signals_->inherited_mask());
}

TEST_F(SyscallsTime, TimersAreSetAndRead) {
    const struct itimerval hour {
        {0, 0}, { 3600, 0 }
    };
    ASSERT_EQ(memory_.put(kData, hour), 0);
    EXPECT_EQ(call(sys::setitimer, ITIMER_REAL, kData, kData + 64), 0);
    EXPECT_EQ(get<struct itimerval>(kData + 64).it_value.tv_sec, 0);
    EXPECT_EQ(call(sys::getitimer, ITIMER_REAL, kData + 64), 0);
    EXPECT_GT(get<struct itimerval>(kData + 64).it_value.tv_sec, 0);
    EXPECT_EQ(call(sys::setitimer, ITIMER_REAL, 0, 0), 0);
    EXPECT_EQ(call(sys::getitimer, ITIMER_REAL, 0), -EFAULT);
    EXPECT_EQ(call(sys::setitimer, ITIMER_REAL, kUnmapped, 0), -EFAULT);
    EXPECT_EQ(call(sys::setitimer, 99, kData, 0), -EINVAL);
}

}  // namespace
}  // namespace vm::user
