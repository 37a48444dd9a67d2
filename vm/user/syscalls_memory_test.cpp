#include <cerrno>
#include <sys/mman.h>

#include <fcntl.h>
#include <unistd.h>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS;
constexpr std::uint64_t kAt = 0x100'0000;

class SyscallsMemory : public KernelTest {
  protected:
    std::uint8_t flags(SysValue address) {
        return memory_.ram().flags_at(mem::PhysAddr{static_cast<std::uint64_t>(address)});
    }
};

TEST_F(SyscallsMemory, WhatCanBeWrittenOrExecutedIsReadableToo) {
    const SysValue at = call(sys::mmap, 0, 4096, PROT_WRITE, kPrivate, -1, 0);
    ASSERT_GT(at, 0);
    EXPECT_EQ(flags(at), mem::page::kRead | mem::page::kWrite);
    EXPECT_EQ(call(sys::mprotect, at, 4096, PROT_EXEC), 0);
    EXPECT_EQ(flags(at), mem::page::kRead | mem::page::kExecute);
    EXPECT_EQ(call(sys::mprotect, at, 4096, 64), -EINVAL);
    EXPECT_EQ(call(sys::munmap, at, 4096), 0);
    EXPECT_EQ(flags(at), 0);
}

TEST_F(SyscallsMemory, FixedAddressesAreHonoured) {
    EXPECT_EQ(call(sys::mmap, kAt, 4096, PROT_READ, kPrivate | MAP_FIXED, -1, 0), static_cast<SysValue>(kAt));
    EXPECT_EQ(call(sys::mmap, kAt, 4096, PROT_READ, kPrivate | MAP_FIXED_NOREPLACE, -1, 0), -EEXIST);
    EXPECT_EQ(call(sys::mmap, kAt, 4096, 0x100, kPrivate, -1, 0), -EINVAL);
    EXPECT_EQ(call(sys::mmap, kAt, 4096, PROT_READ, kPrivate | MAP_HUGETLB, -1, 0), -EINVAL);
    EXPECT_EQ(call(sys::mmap, kAt, 4096, PROT_READ, MAP_PRIVATE, -1, 0), -EBADF);
}

TEST_F(SyscallsMemory, WhoMindsIsToldOnceThatOthersMayWrite) {
    int told = 0;
    kernel_.memory_is_lent = [&] { ++told; };
    const int readable = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    EXPECT_GT(call(sys::mmap, 0, 4096, PROT_READ, MAP_SHARED, static_cast<std::uint64_t>(readable), 0), 0);
    EXPECT_GT(call(sys::mmap, 0, 4096, PROT_READ | PROT_WRITE, kPrivate, -1, 0), 0);
    EXPECT_EQ(call(sys::mmap, 0, 4096, PROT_READ, MAP_SHARED, -1, 0), -EBADF);
    EXPECT_EQ(told, 0);
    EXPECT_GT(call(sys::mmap, 0, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 0);
    EXPECT_GT(call(sys::mmap, 0, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 0);
    EXPECT_EQ(told, 1);
    EXPECT_TRUE(process_.lends_memory);
    ::close(readable);
}

TEST_F(SyscallsMemory, RemapMovesToAFixedAddress) {
    ASSERT_GT(call(sys::mmap, kAt, 4096, PROT_READ, kPrivate | MAP_FIXED, -1, 0), 0);
    EXPECT_EQ(call(sys::mremap, kAt, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, 2 * kAt),
              static_cast<SysValue>(2 * kAt));
    EXPECT_EQ(call(sys::mremap, 2 * kAt, 4096, 4096, MREMAP_FIXED, kAt), -EINVAL);
    EXPECT_EQ(call(sys::mremap, 2 * kAt, 4096, 4096, 64, 0), -EINVAL);
}

TEST_F(SyscallsMemory, AdviceThatCouldHurtTheHostIsRefused) {
    EXPECT_EQ(call(sys::madvise, kData, 4096, MADV_WILLNEED), 0);
    EXPECT_EQ(call(sys::madvise, kData, 4096, MADV_HWPOISON), -EINVAL);
    EXPECT_EQ(call(sys::msync, kData, 4096, MS_SYNC), 0);
}

TEST_F(SyscallsMemory, TheBreakMoves) {
    memory_.start_break(kAt);
    EXPECT_EQ(call(sys::brk, 0), static_cast<SysValue>(kAt));
    EXPECT_EQ(call(sys::brk, kAt + 10), static_cast<SysValue>(kAt + 10));
}

}  // namespace
}  // namespace vm::user
