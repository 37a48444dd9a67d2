#include <cerrno>
#include <sys/syscall.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/user/safe_syscall.h"

namespace vm::user {
namespace {

TEST(SafeSyscall, PassesAllSixArguments) {
    std::atomic<int> pending{0};
    // pselect6 takes six: nothing to wait for, and no time to wait.
    const std::int64_t zero[2] = {0, 0};
    const std::uint64_t arguments[6] = {0, 0, 0, 0, reinterpret_cast<std::uint64_t>(zero), 0};
    EXPECT_EQ(interruptible_syscall(&pending, SYS_pselect6, arguments), 0);
}

TEST(SafeSyscall, ReturnsTheKernelsErrors) {
    std::atomic<int> pending{0};
    const std::uint64_t arguments[6] = {~std::uint64_t{0}};
    EXPECT_EQ(interruptible_syscall(&pending, SYS_close, arguments), -EBADF);
}

TEST(SafeSyscall, DoesNotMakeTheCallWhenASignalIsPending) {
    std::atomic<int> pending{10};
    const std::uint64_t arguments[6] = {1};
    EXPECT_EQ(interruptible_syscall(&pending, SYS_exit_group, arguments), kInterruptedBefore);
}

TEST(SafeSyscall, LeavesOtherCodeAlone) {
    ucontext_t elsewhere{};
    elsewhere.uc_mcontext.gregs[REG_RIP] = 0x1234;
    rewind_interruptible_syscall(elsewhere);
    EXPECT_EQ(elsewhere.uc_mcontext.gregs[REG_RIP], 0x1234);
}

}  // namespace
}  // namespace vm::user
