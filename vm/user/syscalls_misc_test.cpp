#include <cerrno>
#include <sys/sysinfo.h>

#include "vm/user/kernel_fixture.h"
#include "vm/user/linux_abi.h"

namespace vm::user {
namespace {

using SyscallsMisc = KernelTest;

TEST_F(SyscallsMisc, UnameSaysRiscv) {
    ASSERT_EQ(call(sys::uname, kData), 0);
    EXPECT_EQ(memory_.string(kData).value(), "Linux");
    EXPECT_EQ(memory_.string(kData + 4 * 65).value(), "riscv64");
    EXPECT_EQ(call(sys::uname, kUnmapped), -EFAULT);
}

TEST_F(SyscallsMisc, HwprobeStatesTheExtensions) {
    ASSERT_EQ(memory_.put(kData, abi::HardwareProbe{4, 0}), 0);
    ASSERT_EQ(memory_.put(kData + 16, abi::HardwareProbe{-7, 5}), 0);
    EXPECT_EQ(call(sys::riscv_hwprobe, kData, 2, 0, 0, 0), 0);
    EXPECT_EQ(get<abi::HardwareProbe>(kData).value, 0x8'0000'00bbU);
    EXPECT_EQ(get<abi::HardwareProbe>(kData + 16).key, -1);
    EXPECT_EQ(call(sys::riscv_hwprobe, kData, 1, 0, 0, 1), -EINVAL);
    EXPECT_EQ(call(sys::riscv_hwprobe, kUnmapped, 1, 0, 0, 0), -EFAULT);
    EXPECT_EQ(call(sys::riscv_hwprobe, kData, 1, 8, kData + 64, 0), -EINVAL);  // an empty set of harts
    ASSERT_EQ(memory_.put(kData + 64, std::uint64_t{1}), 0);
    EXPECT_EQ(call(sys::riscv_hwprobe, kData, 1, 8, kData + 64, 0), 0);
    EXPECT_EQ(call(sys::riscv_hwprobe, kData, 1, 8, kUnmapped, 0), -EFAULT);
}

TEST_F(SyscallsMisc, RandomBytesArrive) {
    EXPECT_EQ(call(sys::getrandom, kData, 64, 0), 64);
    EXPECT_NE(text_at(kData, 64), std::string(64, '\0'));
    EXPECT_EQ(call(sys::getrandom, kUnmapped, 1, 0), -EFAULT);
}

TEST_F(SyscallsMisc, TheMachineIsDescribed) {
    EXPECT_EQ(call(sys::sysinfo, kData), 0);
    EXPECT_GT(get<struct sysinfo>(kData).totalram, 0U);
    EXPECT_EQ(call(sys::getcpu, kData, kData + 4, 0), 0);
    EXPECT_EQ(call(sys::getcpu, kUnmapped, 0, 0), -EFAULT);
}

}  // namespace
}  // namespace vm::user
