#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

class SyscallsFile : public KernelTest {
  protected:
    SyscallsFile() { EXPECT_EQ(::pipe(ends_.data()), 0); }
    ~SyscallsFile() override {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    std::array<int, 2> ends_{};
};

TEST_F(SyscallsFile, MoveBytesBothWays) {
    put_string(kData, "hello");
    EXPECT_EQ(call(sys::write, ends_[1], kData, 5), 5);
    EXPECT_EQ(call(sys::read, ends_[0], kData + 100, 50), 5);
    EXPECT_EQ(text_at(kData + 100, 5), "hello");
}

TEST_F(SyscallsFile, StopAtTheEdgeOfWhatIsMapped) {
    EXPECT_EQ(call(sys::write, ends_[1], kData + kDataSize - 3, 100), 3);
    EXPECT_EQ(call(sys::read, ends_[0], kData + kDataSize - 2, 100), 2);
    EXPECT_EQ(call(sys::read, ends_[0], kUnmapped, 1), -EFAULT);
    EXPECT_EQ(call(sys::write, ends_[1], kUnmapped, 1), -EFAULT);
    EXPECT_EQ(call(sys::write, ends_[1], kUnmapped, 0), 0);
}

TEST_F(SyscallsFile, GatherAndScatter) {
    put_string(kData, "abcdef");
    const std::array<std::uint64_t, 4> parts = {kData, 2, kData + 4, 2};
    ASSERT_EQ(memory_.put(kData + 64, parts), 0);
    EXPECT_EQ(call(sys::writev, ends_[1], kData + 64, 2), 4);
    EXPECT_EQ(call(sys::readv, ends_[0], kData + 64, 2), 4);
    EXPECT_EQ(text_at(kData, 6), "abcdef");
    EXPECT_EQ(call(sys::writev, ends_[1], kData, 1025), -EINVAL);
    EXPECT_EQ(call(sys::writev, ends_[1], kUnmapped, 1), -EFAULT);
    const std::array<std::uint64_t, 2> negative = {kData, std::uint64_t{1} << 63};
    ASSERT_EQ(memory_.put(kData + 64, negative), 0);
    EXPECT_EQ(call(sys::writev, ends_[1], kData + 64, 1), -EINVAL);
}

TEST_F(SyscallsFile, AGatherWritesWhatComesBeforeABadPart) {
    const std::array<std::uint64_t, 4> parts = {kData, 2, kUnmapped, 2};
    ASSERT_EQ(memory_.put(kData + 64, parts), 0);
    EXPECT_EQ(call(sys::writev, ends_[1], kData + 64, 2), 2);
    const std::array<std::uint64_t, 4> bad_first = {kUnmapped, 2, kData, 2};
    ASSERT_EQ(memory_.put(kData + 64, bad_first), 0);
    EXPECT_EQ(call(sys::writev, ends_[1], kData + 64, 2), -EFAULT);
}

TEST_F(SyscallsFile, FcntlPassesWhatItKnows) {
    EXPECT_EQ(call(sys::fcntl, ends_[0], F_SETFD, FD_CLOEXEC), 0);
    EXPECT_EQ(call(sys::fcntl, ends_[0], F_GETFD, 0), FD_CLOEXEC);
    EXPECT_EQ(call(sys::fcntl, ends_[0], 9999, 0), -EINVAL);
    EXPECT_EQ(call(sys::fcntl, ends_[0], F_GETLK, kUnmapped), -EFAULT);
}

TEST_F(SyscallsFile, IoctlPassesWhatItKnows) {
    EXPECT_EQ(call(sys::write, ends_[1], kData, 7), 7);
    EXPECT_EQ(call(sys::ioctl, ends_[0], 0x541b, kData + 64), 0);  // FIONREAD
    EXPECT_EQ(get<int>(kData + 64), 7);
    EXPECT_EQ(call(sys::ioctl, ends_[0], 0x541b, kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::ioctl, ends_[0], 0x5401, kData), -ENOTTY);  // TCGETS of a pipe
    EXPECT_EQ(call(sys::ioctl, ends_[0], 0xdead, kData), -ENOTTY);
    EXPECT_EQ(call(sys::ioctl, ends_[0], 0x5451, 0), 0);  // FIOCLEX
}

TEST_F(SyscallsFile, PipesGoToGuestMemory) {
    EXPECT_EQ(call(sys::pipe2, kData, O_CLOEXEC), 0);
    EXPECT_EQ(call(sys::close, get<int>(kData)), 0);
    EXPECT_EQ(call(sys::close, get<int>(kData + 4)), 0);
    EXPECT_EQ(call(sys::pipe2, kUnmapped, 0), -EFAULT);
}

TEST_F(SyscallsFile, DuplicatesShareTheFile) {
    const SysValue copy = call(sys::dup, ends_[1]);
    ASSERT_GE(copy, 0);
    EXPECT_EQ(call(sys::dup3, ends_[1], copy, O_CLOEXEC), copy);
    EXPECT_EQ(call(sys::close, copy), 0);
    EXPECT_EQ(call(sys::close, copy), -EBADF);
    EXPECT_EQ(call(sys::dup3, ends_[1], ends_[1], 0), -EINVAL);
}

TEST_F(SyscallsFile, SeeksAndTruncates) {
    const int fd = ::open("/tmp", O_TMPFILE | O_RDWR, 0600);
    ASSERT_GE(fd, 0);
    put_string(kData, "0123456789");
    EXPECT_EQ(call(sys::pwrite64, fd, kData, 10, 0), 10);
    EXPECT_EQ(call(sys::lseek, fd, 2, SEEK_END), 12);
    EXPECT_EQ(call(sys::ftruncate, fd, 4), 0);
    EXPECT_EQ(call(sys::pread64, fd, kData + 64, 10, 1), 3);
    EXPECT_EQ(text_at(kData + 64, 3), "123");
    const std::array<std::uint64_t, 2> part = {kData + 128, 8};
    ASSERT_EQ(memory_.put(kData + 200, part), 0);
    EXPECT_EQ(call(sys::preadv, fd, kData + 200, 1, 2, 0), 2);
    EXPECT_EQ(call(sys::pwritev, fd, kData + 200, 1, 2, 0), 8);
    EXPECT_EQ(call(sys::fallocate, fd, 0, 0, 100), 0);
    EXPECT_EQ(call(sys::fadvise64, fd, 0, 0, POSIX_FADV_NORMAL), 0);
    EXPECT_EQ(call(sys::fsync, fd), 0);
    EXPECT_EQ(call(sys::fdatasync, fd), 0);
    EXPECT_EQ(call(sys::flock, fd, 2), 0);
    EXPECT_EQ(call(sys::fchmod, fd, 0640), 0);
    EXPECT_EQ(call(sys::fchown, fd, -1, -1), 0);
    ::close(fd);
}

TEST_F(SyscallsFile, DirectoriesAreListed) {
    const int fd = ::open("/", O_RDONLY | O_DIRECTORY);
    EXPECT_GT(call(sys::getdents64, fd, kData, 4096), 0);
    EXPECT_EQ(call(sys::getdents64, fd, kUnmapped, 4096), -EFAULT);
    ::close(fd);
}

TEST_F(SyscallsFile, EventCountersCount) {
    const SysValue fd = call(sys::eventfd2, 5, 0);
    ASSERT_GE(fd, 0);
    EXPECT_EQ(call(sys::read, fd, kData, 8), 8);
    EXPECT_EQ(get<std::uint64_t>(kData), 5U);
    ::close(static_cast<int>(fd));
}

}  // namespace
}  // namespace vm::user
