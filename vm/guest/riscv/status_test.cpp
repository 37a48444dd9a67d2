#include "vm/guest/riscv/status.h"

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kLengths = std::uint64_t{10} << 32;  // SXL and UXL: 64 bits

TEST(Status, OnesReachImplementedFieldsOnly) {
    Status status;
    status.write(~std::uint64_t{0});
    EXPECT_EQ(status.read(), 0x8000'000a'007e'79aau);
}

TEST(Status, AnyFsButOffIsDirty) {
    Status status;
    status.write(std::uint64_t{1} << 13);
    EXPECT_EQ(status.read(), kLengths | std::uint64_t{1} << 63 | std::uint64_t{3} << 13);
    status.write_supervisor(0);
    EXPECT_FALSE(status.float_enabled());
}

TEST(Status, PreviousPrivilegeKeepsItsValueWhenAskedForOneThatDoesNotExist) {
    Status status;
    status.write(std::uint64_t{3} << 11);
    status.write(std::uint64_t{2} << 11);
    EXPECT_EQ(status.machine_previous(), Privilege::machine);
}

TEST(Status, MachineEntryAndReturnAreAStackOfOne) {
    Status status;
    status.write(8);
    status.enter_machine(Privilege::supervisor);
    EXPECT_EQ(status.read(), kLengths | 0x880u);  // MPP S, MPIE, not MIE
    EXPECT_EQ(status.leave_machine(), Privilege::supervisor);
    EXPECT_EQ(status.read(), kLengths | 0x88u);  // MIE, MPIE, MPP U
}

TEST(Status, SupervisorEntryAndReturnAreAStackOfOne) {
    Status status;
    status.write(2);
    status.enter_supervisor(Privilege::supervisor);
    EXPECT_EQ(status.read_supervisor(), std::uint64_t{2} << 32 | 0x120u);  // SPP S, SPIE, not SIE
    EXPECT_EQ(status.leave_supervisor(), Privilege::supervisor);
    EXPECT_EQ(status.read_supervisor(), std::uint64_t{2} << 32 | 0x22u);
    status.enter_supervisor(Privilege::user);
    EXPECT_EQ(status.leave_supervisor(), Privilege::user);
}

TEST(Status, ReturnBelowMachineModeEndsModifiedPrivilege) {
    Status status;
    status.write(std::uint64_t{1} << 17 | std::uint64_t{3} << 11);
    EXPECT_EQ(status.leave_machine(), Privilege::machine);
    EXPECT_TRUE(status.modifies_privilege());
    EXPECT_EQ(status.leave_machine(), Privilege::user);
    EXPECT_FALSE(status.modifies_privilege());
    status.write(std::uint64_t{1} << 17);
    EXPECT_EQ(status.leave_supervisor(), Privilege::user);
    EXPECT_FALSE(status.modifies_privilege());
}

}  // namespace
}  // namespace vm::guest::riscv
