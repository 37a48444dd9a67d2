#include <array>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

#include "vm/user/kernel_fixture.h"
#include "vm/user/linux_abi.h"

namespace vm::user {
namespace {

class SyscallsPoll : public KernelTest {
  protected:
    SyscallsPoll() {
        EXPECT_EQ(::pipe(ends_.data()), 0);
        EXPECT_EQ(memory_.put(kLimit, abi::Timespec{0, 1000}), 0);
    }
    ~SyscallsPoll() override {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    static constexpr std::uint64_t kLimit = kData + 0x1000;
    static constexpr std::uint64_t kMask = kData + 0x1100;
    std::array<int, 2> ends_{};
};

TEST_F(SyscallsPoll, PollReportsWhatIsReady) {
    const std::array<pollfd, 2> entries = {pollfd{ends_[0], POLLIN, 0}, pollfd{ends_[1], POLLOUT, 0}};
    ASSERT_EQ(memory_.put(kData, entries), 0);
    EXPECT_EQ(call(sys::ppoll, kData, 2, kLimit, 0, 8), 1);
    EXPECT_EQ(get<pollfd>(kData + 8).revents, POLLOUT);
}

TEST_F(SyscallsPoll, PollEndsInTimeAndSaysWhatIsLeft) {
    ASSERT_EQ(memory_.put(kData, pollfd{ends_[0], POLLIN, 0}), 0);
    EXPECT_EQ(call(sys::ppoll, kData, 1, kLimit, 0, 8), 0);
    EXPECT_EQ(get<abi::Timespec>(kLimit).nanoseconds, 0);
}

TEST_F(SyscallsPoll, PollRefusesWhatIsNoArgument) {
    EXPECT_EQ(call(sys::ppoll, kUnmapped, 1, kLimit, 0, 8), -EFAULT);
    EXPECT_EQ(call(sys::ppoll, kData, 0, kUnmapped, 0, 8), -EFAULT);
    EXPECT_EQ(call(sys::ppoll, kData, 0, kLimit, kMask, 4), -EINVAL);
    EXPECT_EQ(call(sys::ppoll, kData, 0, kLimit, kUnmapped, 8), -EFAULT);
    EXPECT_EQ(call(sys::ppoll, kData, std::uint64_t{1} << 40, kLimit, 0, 8), -EINVAL);
}

TEST_F(SyscallsPoll, AMaskLetsASignalInOnlyWhileWaiting) {
    host_signals_->forward(SIGUSR1);
    host_signals_->set_mask(signal_bit(SIGUSR1));
    ::raise(SIGUSR1);
    ASSERT_EQ(memory_.put(kMask, std::uint64_t{0}), 0);
    EXPECT_EQ(call(sys::ppoll, kData, 0, 0, kMask, 8), kRestartNever);
    EXPECT_EQ(host_signals_->take().si_signo, SIGUSR1);
    host_signals_->set_mask(host_signals_->inherited_mask());
}

TEST_F(SyscallsPoll, SelectReportsWhatIsReady) {
    const std::uint64_t bit = std::uint64_t{1} << ends_[1];
    ASSERT_EQ(memory_.put(kData, bit), 0);
    ASSERT_EQ(memory_.put(kData + 64, std::uint64_t{1} << ends_[0]), 0);
    EXPECT_EQ(call(sys::pselect6, ends_[1] + 1, kData + 64, kData, 0, kLimit, 0), 1);
    EXPECT_EQ(get<std::uint64_t>(kData), bit);
    EXPECT_EQ(get<std::uint64_t>(kData + 64), 0U);
}

TEST_F(SyscallsPoll, SelectTakesAMask) {
    const std::array<std::uint64_t, 2> argument = {kMask, 8};
    ASSERT_EQ(memory_.put(kMask + 16, argument), 0);
    EXPECT_EQ(call(sys::pselect6, 0, 0, 0, 0, kLimit, kMask + 16), 0);
    EXPECT_EQ(call(sys::pselect6, 0, 0, 0, 0, kLimit, kUnmapped), -EFAULT);
    const std::array<std::uint64_t, 2> bad = {kUnmapped, 8};
    ASSERT_EQ(memory_.put(kMask + 16, bad), 0);
    EXPECT_EQ(call(sys::pselect6, 0, 0, 0, 0, kLimit, kMask + 16), -EFAULT);
}

TEST_F(SyscallsPoll, SelectRefusesWhatIsNoArgument) {
    EXPECT_EQ(call(sys::pselect6, -1, 0, 0, 0, kLimit, 0), -EINVAL);
    EXPECT_EQ(call(sys::pselect6, 1, kUnmapped, 0, 0, kLimit, 0), -EFAULT);
    EXPECT_EQ(call(sys::pselect6, 0, 0, 0, 0, kUnmapped, 0), -EFAULT);
}

}  // namespace
}  // namespace vm::user
