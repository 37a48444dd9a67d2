#include <cerrno>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <unistd.h>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

using SyscallsProcess = KernelTest;

TEST_F(SyscallsProcess, IdentityIsTheHostProcess) {
    EXPECT_EQ(call(sys::getpid), ::getpid());
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

TEST_F(SyscallsProcess, UsageIsTheHosts) {
    EXPECT_EQ(call(sys::getrusage, RUSAGE_SELF, kData), 0);
    EXPECT_GT(get<rusage>(kData).ru_maxrss, 0);
    EXPECT_EQ(call(sys::getrusage, RUSAGE_SELF, kUnmapped), -EFAULT);
}

}  // namespace
}  // namespace vm::user
