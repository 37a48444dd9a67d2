#include <cerrno>
#include <filesystem>
#include <sys/stat.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "vm/user/kernel_fixture.h"
#include "vm/user/linux_abi.h"

namespace vm::user {
namespace {

constexpr int kHere = AT_FDCWD;

class SyscallsPath : public KernelTest {
  protected:
    SyscallsPath() : folder_(::testing::TempDir() + fmt::format("syscalls_path_test.{}", ::getpid())) {
        std::filesystem::create_directories(folder_);
    }
    ~SyscallsPath() override { std::filesystem::remove_all(folder_); }

    // The path of a name in the folder, in one of eight places of guest memory.
    std::uint64_t path(const std::string& name, std::uint64_t place = 0) {
        return put_string(kData + place * 512, folder_ + "/" + name);
    }
    void create(const std::string& name) {
        const SysValue fd = call(sys::openat, kHere, path(name), O_CREAT | O_RDWR, 0640);
        ASSERT_GE(fd, 0);
        EXPECT_EQ(call(sys::close, fd), 0);
    }

    static constexpr std::uint64_t kOut = kData + 0x2000;
    std::string folder_;
};

TEST_F(SyscallsPath, StatIsTranslatedToTheGuestsLayout) {
    create("file");
    EXPECT_EQ(call(sys::truncate, path("file"), 5000), 0);
    ASSERT_EQ(call(sys::newfstatat, kHere, path("file"), kOut, 0), 0);
    struct stat host {};
    ASSERT_EQ(::stat((folder_ + "/file").c_str(), &host), 0);
    const auto guest = get<abi::Stat>(kOut);
    EXPECT_EQ(guest.inode, host.st_ino);
    EXPECT_EQ(guest.mode, host.st_mode);
    EXPECT_EQ(guest.links, 1U);
    EXPECT_EQ(guest.size, 5000);
    EXPECT_EQ(guest.modify_seconds, host.st_mtim.tv_sec);
    EXPECT_EQ(get<std::uint32_t>(kOut + 16), host.st_mode);
    EXPECT_EQ(get<std::uint64_t>(kOut + 48), 5000U);
    EXPECT_EQ(call(sys::fstat, 0, kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::fstat, -1, kOut), -EBADF);
    EXPECT_EQ(call(sys::statx, kHere, path("file"), 0, 0x7ff, kOut), 0);
    EXPECT_EQ(call(sys::statx, kHere, path("file"), 0, 0x7ff, kUnmapped), -EFAULT);
}

TEST_F(SyscallsPath, NamesComeAndGo) {
    EXPECT_EQ(call(sys::mkdirat, kHere, path("d"), 0755), 0);
    create("d/a");
    EXPECT_EQ(call(sys::renameat2, kHere, path("d/a"), kHere, path("b", 1), 0), 0);
    EXPECT_EQ(call(sys::linkat, kHere, path("b"), kHere, path("c", 1), 0), 0);
    EXPECT_EQ(call(sys::symlinkat, put_string(kData, "b"), kHere, path("l", 1)), 0);
    EXPECT_EQ(call(sys::readlinkat, kHere, path("l"), kOut, 100), 1);
    EXPECT_EQ(call(sys::faccessat, kHere, path("c"), R_OK), 0);
    EXPECT_EQ(call(sys::faccessat2, kHere, path("c"), R_OK, 0), 0);
    EXPECT_EQ(call(sys::fchmodat, kHere, path("c"), 0600), 0);
    EXPECT_EQ(call(sys::fchownat, kHere, path("c"), -1, -1, 0), 0);
    EXPECT_EQ(call(sys::unlinkat, kHere, path("d"), AT_REMOVEDIR), 0);
    EXPECT_EQ(call(sys::unlinkat, kHere, path("nothing"), 0), -ENOENT);
    EXPECT_EQ(call(sys::unlinkat, kHere, kUnmapped, 0), -EFAULT);
    EXPECT_EQ(call(sys::linkat, kHere, path("b"), kHere, kUnmapped, 0), -EFAULT);
}

TEST_F(SyscallsPath, ProcSelfExeIsTheGuest) {
    put_string(kData, "/proc/self/exe");
    EXPECT_EQ(call(sys::readlinkat, kHere, kData, kOut, 100), 10);
    EXPECT_EQ(text_at(kOut, 10), "/bin/guest");
    EXPECT_EQ(call(sys::readlinkat, kHere, kData, kOut, 4), 4);
    EXPECT_EQ(call(sys::readlinkat, kHere, kData, kOut, 0), -EINVAL);
    EXPECT_EQ(call(sys::readlinkat, kHere, kData, kUnmapped, 4), -EFAULT);
    EXPECT_EQ(call(sys::readlinkat, kHere, kUnmapped, kOut, 4), -EFAULT);
    put_string(kData, fmt::format("/proc/{}/exe", ::getpid()));
    EXPECT_EQ(call(sys::readlinkat, kHere, kData, kOut, 100), 10);
    process_.executable = folder_;
    EXPECT_EQ(call(sys::openat, kHere, kData, O_WRONLY, 0), -EISDIR);
}

TEST_F(SyscallsPath, TheWorkingDirectoryIsTheHosts) {
    const std::string before = std::filesystem::current_path();
    EXPECT_EQ(call(sys::chdir, path("")), 0);
    const SysValue length = call(sys::getcwd, kOut, 1000);
    EXPECT_EQ(memory_.string(kOut).value(), std::filesystem::current_path().string());
    EXPECT_EQ(length, static_cast<SysValue>(memory_.string(kOut)->size() + 1));
    EXPECT_EQ(call(sys::getcwd, kOut, 1), -ERANGE);
    EXPECT_EQ(call(sys::getcwd, kUnmapped, 10), -EFAULT);
    const int fd = ::open(before.c_str(), O_RDONLY | O_DIRECTORY);
    EXPECT_EQ(call(sys::fchdir, fd), 0);
    ::close(fd);
    const SysValue mask = call(sys::umask, 022);
    EXPECT_EQ(call(sys::umask, mask), 022);
}

TEST_F(SyscallsPath, TimesOfFilesAreSet) {
    create("file");
    const std::array<std::int64_t, 4> times = {1000, 1, 2000, 2};
    ASSERT_EQ(memory_.put(kOut, times), 0);
    EXPECT_EQ(call(sys::utimensat, kHere, path("file"), kOut, 0), 0);
    struct stat host {};
    ASSERT_EQ(::stat((folder_ + "/file").c_str(), &host), 0);
    EXPECT_EQ(host.st_mtim.tv_sec, 2000);
    EXPECT_EQ(host.st_mtim.tv_nsec, 2);
    EXPECT_EQ(call(sys::utimensat, kHere, path("file"), 0, 0), 0);
    EXPECT_EQ(call(sys::utimensat, kHere, path("file"), kUnmapped, 0), -EFAULT);
    EXPECT_EQ(call(sys::utimensat, -1, 0, kOut, 0), -EBADF);
}

TEST_F(SyscallsPath, FileSystemsAreDescribed) {
    EXPECT_EQ(call(sys::statfs, path(""), kOut), 0);
    EXPECT_GT(get<std::int64_t>(kOut + 8), 0);
    EXPECT_EQ(call(sys::statfs, path(""), kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::fstatfs, -1, kOut), -EBADF);
}

TEST_F(SyscallsPath, WhatIsLookedUpIsLookedForBelowTheSysrootFirst) {
    process_.sysroot = folder_;
    ASSERT_EQ(::mkdir((folder_ + "/only_here").c_str(), 0700), 0);
    put_string(kData, "/only_here");
    EXPECT_EQ(call(sys::faccessat, AT_FDCWD, kData, R_OK), 0);
    EXPECT_EQ(call(sys::newfstatat, AT_FDCWD, kData, kData + 4096, 0), 0);
    EXPECT_EQ(call(sys::mkdirat, AT_FDCWD, put_string(kData + 512, "/only_here/no/parent"), 0700), -ENOENT);
    put_string(kData, "/proc/self/exe");
    EXPECT_EQ(call(sys::readlinkat, AT_FDCWD, kData, kData + 4096, 100), 10);
    EXPECT_EQ(text_at(kData + 4096, 10), "/bin/guest");
}

}  // namespace
}  // namespace vm::user
