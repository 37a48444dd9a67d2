#include <array>
#include <cerrno>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <unistd.h>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

class SyscallsProcess : public KernelTest {
  protected:
    // What the call writes for the user.
    template <class Call>
    std::string said(Call make) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        kernel_.diagnostics_fd = ends[1];
        make();
        ::close(ends[1]);
        kernel_.diagnostics_fd = 2;
        std::string text(200, ' ');
        const ssize_t length = ::read(ends[0], text.data(), text.size());
        ::close(ends[0]);
        return text.substr(0, static_cast<std::size_t>(length));
    }
};

TEST_F(SyscallsProcess, ExitEndsTheProgramWithEightBits) {
    EXPECT_EQ(call(sys::exit_group, 0x1ff), kNoResult);
    ASSERT_TRUE(kernel_.outcome);
    EXPECT_EQ(kernel_.outcome->kind, Outcome::Kind::exited);
    EXPECT_EQ(kernel_.outcome->code, 255);
    kernel_.outcome.reset();
    EXPECT_EQ(call(sys::exit, 3), kNoResult);
    EXPECT_EQ(kernel_.outcome->code, 3);
}

TEST_F(SyscallsProcess, NewProcessesAreRefusedWithOneNote) {
    EXPECT_EQ(said([&] { EXPECT_EQ(call(sys::clone, 17), -ENOSYS); }),
              "vm: clone is not supported: guest programs have one process and one thread\n");
    EXPECT_EQ(said([&] {
                  EXPECT_EQ(call(sys::clone3), -ENOSYS);
                  EXPECT_EQ(call(sys::execve), -ENOSYS);
                  EXPECT_EQ(call(sys::execveat), -ENOSYS);
              }),
              "");
    EXPECT_EQ(call(sys::wait4, -1), -ECHILD);
}

TEST_F(SyscallsProcess, IdentityIsTheHostProcess) {
    EXPECT_EQ(call(sys::getpid), ::getpid());
    EXPECT_EQ(call(sys::gettid), ::gettid());
    EXPECT_EQ(call(sys::set_tid_address, kData), ::gettid());
    EXPECT_EQ(call(sys::getppid), ::getppid());
    EXPECT_EQ(call(sys::getuid), ::getuid());
    EXPECT_EQ(call(sys::geteuid), ::geteuid());
    EXPECT_EQ(call(sys::getgid), ::getgid());
    EXPECT_EQ(call(sys::getegid), ::getegid());
    EXPECT_EQ(call(sys::getpgid, 0), ::getpgid(0));
    EXPECT_EQ(call(sys::getsid, 0), ::getsid(0));
    EXPECT_EQ(call(sys::getresuid, kData, kData + 4, kData + 8), 0);
    EXPECT_EQ(get<std::uint32_t>(kData + 4), ::geteuid());
    EXPECT_EQ(call(sys::getresgid, kData, kData + 4, kUnmapped), -EFAULT);
    EXPECT_GE(call(sys::getgroups, 0, 0), 0);
    EXPECT_EQ(call(sys::getgroups, -1, 0), -EINVAL);
    EXPECT_EQ(call(sys::getgroups, 10, kUnmapped), -EFAULT);
}

TEST_F(SyscallsProcess, LimitsThatWouldHitVmAreKeptApart) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
    ASSERT_EQ(memory_.put(kData, rlimit{4096, 8192}), 0);
    EXPECT_EQ(call(sys::prlimit64, 0, RLIMIT_AS, kData, kData + 64), 0);
    EXPECT_EQ(call(sys::getrlimit, RLIMIT_AS, kData + 64), 0);
    EXPECT_EQ(get<rlimit>(kData + 64).rlim_cur, 4096U);
    rlimit after{};
    ASSERT_EQ(::getrlimit(RLIMIT_AS, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_cur);
    ASSERT_EQ(memory_.put(kData, rlimit{4096, 16384}), 0);
    EXPECT_EQ(call(sys::setrlimit, RLIMIT_AS, kData), -EPERM);
}

TEST_F(SyscallsProcess, OtherLimitsAreTheHosts) {
    rlimit host{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &host), 0);
    EXPECT_EQ(call(sys::prlimit64, ::getpid(), RLIMIT_NOFILE, 0, kData), 0);
    EXPECT_EQ(get<rlimit>(kData).rlim_cur, host.rlim_cur);
    ASSERT_EQ(memory_.put(kData, rlimit{2, 1}), 0);
    EXPECT_EQ(call(sys::setrlimit, RLIMIT_NOFILE, kData), -EINVAL);
    EXPECT_EQ(call(sys::getrlimit, 99, kData), -EINVAL);
    EXPECT_EQ(call(sys::getrlimit, RLIMIT_NOFILE, 0), -EFAULT);
    EXPECT_EQ(call(sys::setrlimit, RLIMIT_NOFILE, kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::prlimit64, 1, RLIMIT_NOFILE, 0, kData), -EPERM);
}

TEST_F(SyscallsProcess, ThreadsHaveNames) {
    put_string(kData, "vm_user_test");
    EXPECT_EQ(call(sys::prctl, PR_SET_NAME, kData), 0);
    EXPECT_EQ(call(sys::prctl, PR_GET_NAME, kData + 64), 0);
    EXPECT_EQ(memory_.string(kData + 64).value(), "vm_user_test");
    EXPECT_EQ(call(sys::prctl, PR_SET_NAME, kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::prctl, PR_GET_NAME, kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::prctl, PR_GET_DUMPABLE), 1);
    EXPECT_EQ(call(sys::prctl, 123456), -EINVAL);
}

TEST_F(SyscallsProcess, UsageAndRobustListsAreChecked) {
    EXPECT_EQ(call(sys::getrusage, RUSAGE_SELF, kData), 0);
    EXPECT_GT(get<rusage>(kData).ru_maxrss, 0);
    EXPECT_EQ(call(sys::getrusage, RUSAGE_SELF, kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::set_robust_list, kData, 24), 0);
    EXPECT_EQ(call(sys::set_robust_list, kData, 23), -EINVAL);
}

}  // namespace
}  // namespace vm::user
