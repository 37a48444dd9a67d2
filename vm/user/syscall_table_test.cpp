#include "vm/user/syscall_table.h"

#include <cerrno>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

using SyscallTable = KernelTest;

TEST_F(SyscallTable, KnowsTheGenericNumbers) {
    EXPECT_STREQ(find_syscall(64)->name, "write");
    EXPECT_STREQ(find_syscall(93)->name, "exit");
    EXPECT_STREQ(find_syscall(222)->name, "mmap");
    EXPECT_STREQ(find_syscall(258)->name, "riscv_hwprobe");
    EXPECT_EQ(find_syscall(5000), nullptr);
    EXPECT_EQ(find_syscall(~std::uint64_t{0}), nullptr);
}

TEST_F(SyscallTable, NoCallHasMoreThanSixArguments) {
    for (std::uint64_t number = 0; number < 500; ++number) {
        if (const Syscall* call = find_syscall(number)) {
            EXPECT_LE(std::strlen(call->arguments), 6U) << call->name;
        }
    }
}

TEST_F(SyscallTable, WhatIsMissingIsNotImplemented) {
    EXPECT_EQ(dispatch(kernel_, 5000, {}), -ENOSYS);
    EXPECT_EQ(find_syscall(198)->handler, nullptr);  // socket
    EXPECT_EQ(dispatch(kernel_, 198, {}), -ENOSYS);
}

TEST_F(SyscallTable, CarriesOutTheCall) { EXPECT_EQ(dispatch(kernel_, 172, {}), ::getpid()); }

TEST_F(SyscallTable, DescriptorsOfVmLookClosed) {
    process_.diagnostics_fd = ::dup(0);
    const auto fd = static_cast<std::uint64_t>(process_.diagnostics_fd);
    EXPECT_EQ(dispatch(kernel_, 57, {fd}), -EBADF);
    EXPECT_EQ(dispatch(kernel_, 24, {0, fd}), -EBADF);
    process_.diagnostics_fd = 2;
    process_.owns_descriptor = [fd](int descriptor) { return descriptor == static_cast<int>(fd); };
    EXPECT_EQ(dispatch(kernel_, 57, {fd}), -EBADF);
    process_.owns_descriptor = nullptr;
    EXPECT_EQ(dispatch(kernel_, 57, {fd}), 0);
}

}  // namespace
}  // namespace vm::user
