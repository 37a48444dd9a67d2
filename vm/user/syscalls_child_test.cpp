#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

namespace fs = std::filesystem;

class SyscallsChild : public KernelTest {
  protected:
    static constexpr std::uint64_t kStatus = kData + 0x100;
    static constexpr std::uint64_t kUsage = kData + 0x200;
    static constexpr std::uint64_t kMark = 0x5a5a'5a5a'5a5a'5a5a;

    // A child of the host that ends with 3 when `ends` is closed here.
    static pid_t child_until_closed(const std::array<int, 2>& ends) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[1]);
            char byte = 0;
            ::_exit(::read(ends[0], &byte, 1) == 0 ? 3 : 4);
        }
        return child;
    }
};

TEST_F(SyscallsChild, ThereIsNoExecveWithoutACommandForIt) {
    EXPECT_EQ(call(sys::execve, put_string(kData, "/bin/x"), 0, 0), -ENOSYS);
}

TEST_F(SyscallsChild, AnExecveThatFailsSaysWhyAndTheProgramGoesOn) {
    process_.command = {"vm"};
    EXPECT_EQ(call(sys::execve, put_string(kData, "/nonexistent"), 0, 0), -ENOENT);
    EXPECT_EQ(call(sys::execve, kUnmapped, 0, 0), -EFAULT);
    EXPECT_EQ(call(sys::execve, kData, kUnmapped, 0), -EFAULT);
    EXPECT_EQ(call(sys::execve, kData, 0, kUnmapped), -EFAULT);
    ASSERT_EQ(memory_.put(kData + 64, kUnmapped), 0);
    EXPECT_EQ(call(sys::execve, kData, kData + 64, 0), -EFAULT);
}

TEST_F(SyscallsChild, ArgumentsWithoutEndAreTooMany) {
    constexpr std::uint64_t kPointers = 0x40'0000;
    constexpr std::uint64_t kCount = 300'000;
    process_.command = {"vm"};
    ASSERT_TRUE(memory_.map({.address = kPointers,
                             .length = kCount * 8,
                             .permissions = mem::page::kRead | mem::page::kWrite,
                             .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                             .placement = Placement::fixed}));
    put_string(kData, "");
    for (std::uint64_t index = 0; index < kCount; ++index) {
        ASSERT_EQ(memory_.put(kPointers + 8 * index, kData), 0);
    }
    EXPECT_EQ(call(sys::execve, kData, kPointers, 0), -E2BIG);
}

TEST_F(SyscallsChild, ExecveatTakesItsFlagsSeriously) {
    process_.command = {"vm"};
    std::string folder = ::testing::TempDir() + "vm_child_XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    std::ofstream(folder + "/script") << "text";
    fs::permissions(folder + "/script", fs::perms::owner_all);
    fs::create_symlink("script", folder + "/link");
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    put_string(kData, "link");
    const auto run_at = [&](int at, int flags) { return call(sys::execveat, at, kData, 0, 0, flags); };
    EXPECT_EQ(run_at(directory, 0), -ENOEXEC);
    EXPECT_EQ(run_at(directory, AT_SYMLINK_NOFOLLOW), -ELOOP);
    EXPECT_EQ(run_at(directory, AT_REMOVEDIR), -EINVAL);
    EXPECT_EQ(run_at(-1, 0), -EBADF);
    put_string(kData, "");
    EXPECT_EQ(run_at(directory, 0), -ENOENT);
    EXPECT_EQ(run_at(directory, AT_EMPTY_PATH), -EACCES);
    ::close(directory);
    fs::remove_all(folder);
}

TEST_F(SyscallsChild, AChildIsToldOfWhenItHasEnded) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const pid_t child = child_until_closed(ends);
    ASSERT_EQ(memory_.put(kUsage, kMark), 0);
    EXPECT_EQ(call(sys::waitid, P_PID, child, kStatus, WEXITED | WNOHANG, kUsage), 0);
    EXPECT_EQ(get<siginfo_t>(kStatus).si_signo, 0);
    EXPECT_EQ(get<std::uint64_t>(kUsage), kMark);
    EXPECT_EQ(call(sys::wait4, child, kStatus, WNOHANG, kUsage), 0);
    EXPECT_EQ(get<std::uint64_t>(kUsage), kMark);
    ::close(ends[1]);
    EXPECT_EQ(call(sys::waitid, P_PID, child, kStatus, WEXITED | WNOWAIT, kUsage), 0);
    EXPECT_EQ(get<siginfo_t>(kStatus).si_pid, child);
    EXPECT_NE(get<std::uint64_t>(kUsage), kMark);
    EXPECT_EQ(call(sys::wait4, child, kStatus, 0, 0), child);
    EXPECT_EQ(get<int>(kStatus), 3 << 8);
    EXPECT_EQ(call(sys::wait4, child, kStatus, 0, 0), -ECHILD);
    ::close(ends[0]);
}

}  // namespace
}  // namespace vm::user
