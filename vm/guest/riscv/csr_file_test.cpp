#include "vm/guest/riscv/csr_file.h"

#include <array>

#include <gtest/gtest.h>

#include "vm/base/bits.h"
#include "vm/guest/riscv/csr_file_fixture.h"

namespace vm::guest::riscv {
namespace {

TEST_F(CsrFileTest, MachineStartsInMachineModeWithFloatOffAndInterruptsOff) {
    const CsrFile csrs = machine();
    EXPECT_EQ(csrs.privilege(), Privilege::machine);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed);
    EXPECT_FALSE(csrs.float_enabled());
}

TEST_F(CsrFileTest, MisaNamesTheExtensionsAndCannotBeChanged) {
    CsrFile csrs = machine();
    write(csrs, Csr::misa, 0);
    EXPECT_EQ(read(csrs, Csr::misa), 0x8000'0000'0014'112fu);  // RV64 ABCDFIMSU
}

TEST_F(CsrFileTest, MachineInformationReadsZeroExceptTheHartId) {
    const CsrFile csrs(HartKind::machine, 7, [] { return kNoTicks; });
    EXPECT_EQ(read(csrs, Csr::mhartid), 7u);
    EXPECT_EQ(read(csrs, Csr::mvendorid), 0u);
    EXPECT_EQ(read(csrs, Csr::marchid), 0u);
    EXPECT_EQ(read(csrs, Csr::mimpid), 0u);
}

TEST_F(CsrFileTest, WriteToReadOnlyNumberIsIllegal) {
    CsrFile csrs = machine();
    EXPECT_TRUE(write_is_illegal(csrs, number(Csr::mhartid)));
    EXPECT_TRUE(write_is_illegal(csrs, number(Csr::cycle)));
}

TEST_F(CsrFileTest, UnknownRegistersAreIllegalFromMachineMode) {
    CsrFile csrs = machine();
    constexpr std::array<std::uint16_t, 9> kAbsent{0x015, 0x200, 0x3a1, 0x3c0, 0x747,
                                                   0x800, 0xc20, 0xc22, 0xfff};
    for (const std::uint16_t absent : kAbsent) {
        EXPECT_TRUE(read_is_illegal(csrs, absent)) << absent;
        EXPECT_TRUE(write_is_illegal(csrs, absent)) << absent;
    }
}

TEST_F(CsrFileTest, MachineRegistersAreIllegalFromUserMode) {
    CsrFile csrs = machine();
    enter_user(csrs);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::mstatus)));
    EXPECT_TRUE(write_is_illegal(csrs, number(Csr::mscratch)));
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::mhartid)));
}

TEST_F(CsrFileTest, UserProgramSeesCountersAndFloatRegistersOnly) {
    CsrFile csrs = program();
    csrs.instret = 99;
    EXPECT_EQ(read(csrs, Csr::instret), 99u);
    EXPECT_EQ(read(csrs, Csr::cycle), 99u);
    EXPECT_EQ(read(csrs, Csr::time), 1234u);
    write(csrs, Csr::fcsr, 0xe1);
    EXPECT_EQ(read(csrs, Csr::fcsr), 0xe1u);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::hpmcounter3)));
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::mstatus)));
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::vlenb)));
    EXPECT_TRUE(write_is_illegal(csrs, number(Csr::cycle)));
}

TEST_F(CsrFileTest, FcsrIsFrmAboveFflags) {
    CsrFile csrs = program();
    write(csrs, Csr::fcsr, ~std::uint64_t{0});
    EXPECT_EQ(csrs.fflags, 0x1fu);
    EXPECT_EQ(csrs.frm, 7u);
    EXPECT_EQ(read(csrs, Csr::fcsr), 0xffu);
    write(csrs, Csr::frm, 0xa);
    EXPECT_EQ(read(csrs, Csr::frm), 2u);
    write(csrs, Csr::fflags, 0x3);
    EXPECT_EQ(read(csrs, Csr::fcsr), 0x43u);
}

TEST_F(CsrFileTest, FloatRegistersAreIllegalWhileFsIsOff) {
    CsrFile csrs = machine();
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::fcsr)));
    EXPECT_TRUE(write_is_illegal(csrs, number(Csr::frm)));
}

TEST_F(CsrFileTest, AnyFsButOffReadsAsDirty) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 13);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed | std::uint64_t{1} << 63 | std::uint64_t{3} << 13);
    EXPECT_TRUE(csrs.float_enabled());
    write(csrs, Csr::mstatus, 0);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed);
}

TEST_F(CsrFileTest, MppKeepsItsValueWhenAskedForAPrivilegeThatDoesNotExist) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 11);
    write(csrs, Csr::mstatus, std::uint64_t{2} << 11);
    EXPECT_EQ(bits(read(csrs, Csr::mstatus), 11, 2), 1u);
    write(csrs, Csr::mstatus, 0);
    EXPECT_EQ(bits(read(csrs, Csr::mstatus), 11, 2), 0u);
}

TEST_F(CsrFileTest, WritesOfOnesReachImplementedBitsOnly) {
    CsrFile csrs = machine();
    const auto ones_stick = [&](Csr csr) {
        write(csrs, csr, ~std::uint64_t{0});
        return read(csrs, csr);
    };
    EXPECT_EQ(ones_stick(Csr::mtvec), ~std::uint64_t{2});
    EXPECT_EQ(ones_stick(Csr::mepc), ~std::uint64_t{1});
    EXPECT_EQ(ones_stick(Csr::mscratch), ~std::uint64_t{0});
    EXPECT_EQ(ones_stick(Csr::mie), 0xaaau);
    EXPECT_EQ(ones_stick(Csr::mip), 0x222u);
    EXPECT_EQ(ones_stick(Csr::mideleg), 0x222u);
    EXPECT_EQ(ones_stick(Csr::medeleg), 0xb3ffu);
    EXPECT_EQ(ones_stick(Csr::stvec), ~std::uint64_t{2});
    EXPECT_EQ(ones_stick(Csr::sepc), ~std::uint64_t{1});
    EXPECT_EQ(ones_stick(Csr::senvcfg), 1u);
    EXPECT_EQ(ones_stick(Csr::mcounteren), 0xffffffffu);
    EXPECT_EQ(ones_stick(Csr::mcountinhibit), 5u);
    EXPECT_EQ(ones_stick(Csr::menvcfg), 0xa000'0000'0000'0001u);
    EXPECT_EQ(ones_stick(Csr::pmpaddr3), (std::uint64_t{1} << 54) - 1);
    EXPECT_EQ(ones_stick(Csr::mhpmcounter3), 0u);
    EXPECT_EQ(ones_stick(Csr::mhpmevent31), 0u);
    EXPECT_EQ(ones_stick(Csr::tselect), 0u);
    EXPECT_EQ(ones_stick(Csr::tdata1), 0u);
}

TEST_F(CsrFileTest, TrapEntrySavesStateAndGoesToTheDirectBase) {
    CsrFile csrs = machine();
    write(csrs, Csr::mtvec, 0x80000101);
    write(csrs, Csr::mstatus, 0x8);
    EXPECT_EQ(csrs.enter_trap({cause::kLoadAccess, 0x1234}, 0x80000042), 0x80000100u);
    EXPECT_EQ(read(csrs, Csr::mepc), 0x80000042u);
    EXPECT_EQ(read(csrs, Csr::mcause), 5u);
    EXPECT_EQ(read(csrs, Csr::mtval), 0x1234u);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed | 0x1880u);  // MPP M, MPIE, not MIE
}

TEST_F(CsrFileTest, VectoredInterruptEntersFourBytesPerCause) {
    CsrFile csrs = machine();
    write(csrs, Csr::mtvec, 0x80000101);
    EXPECT_EQ(csrs.enter_trap({kInterrupt | 7, 0}, 0), 0x8000011cu);
    write(csrs, Csr::mtvec, 0x80000100);
    EXPECT_EQ(csrs.enter_trap({kInterrupt | 7, 0}, 0), 0x80000100u);
}

TEST_F(CsrFileTest, TrapFromUserModeRecordsItAndMretReturnsThere) {
    CsrFile csrs = machine();
    enter_user(csrs);
    csrs.enter_trap({cause::kEcallFromU, 0}, 0x80002000);
    EXPECT_EQ(csrs.privilege(), Privilege::machine);
    EXPECT_EQ(bits(read(csrs, Csr::mstatus), 11, 2), 0u);
    EXPECT_EQ(csrs.mret().value(), 0x80002000u);
    EXPECT_EQ(csrs.privilege(), Privilege::user);
}

TEST_F(CsrFileTest, MretRestoresTheInterruptEnableAndLeavesUserAsPrevious) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, 0x1880);
    ASSERT_TRUE(csrs.mret().has_value());
    EXPECT_EQ(csrs.privilege(), Privilege::machine);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed | 0x88u);
}

TEST_F(CsrFileTest, MretFromUserModeIsIllegal) {
    CsrFile csrs = machine();
    enter_user(csrs);
    EXPECT_FALSE(csrs.mret().has_value());
}

TEST_F(CsrFileTest, MprvGivesDataThePreviousPrivilegeUntilMretLeavesMachineMode) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 17);
    EXPECT_EQ(csrs.data_privilege(), Privilege::user);
    EXPECT_EQ(csrs.privilege(), Privilege::machine);
    ASSERT_TRUE(csrs.mret().has_value());
    csrs.enter_trap({cause::kEcallFromU, 0}, 0);
    EXPECT_EQ(csrs.data_privilege(), Privilege::machine);
}

TEST_F(CsrFileTest, CodeContextTellsPrivilegeAndFloatApart) {
    CsrFile csrs = machine();
    const unsigned machine_off = csrs.code_context();
    write(csrs, Csr::mstatus, std::uint64_t{3} << 13);
    const unsigned machine_on = csrs.code_context();
    enter_user(csrs);
    EXPECT_NE(machine_off, machine_on);
    EXPECT_NE(csrs.code_context(), machine_on);
    EXPECT_LT(machine_on, 8u);
}

TEST_F(CsrFileTest, CounterWriteIsWhatTheNextInstructionReads) {
    CsrFile csrs = machine();
    csrs.instret = 100;
    write(csrs, Csr::minstret, 5);
    csrs.instret = 101;
    EXPECT_EQ(read(csrs, Csr::minstret), 5u);
    EXPECT_EQ(read(csrs, Csr::mcycle), 101u);
    csrs.instret = 103;
    EXPECT_EQ(read(csrs, Csr::instret), 7u);
}

TEST_F(CsrFileTest, CounterWrapsFromAllOnesToZero) {
    CsrFile csrs = machine();
    write(csrs, Csr::minstret, ~std::uint64_t{0});
    csrs.instret = 1;
    EXPECT_EQ(read(csrs, Csr::minstret), ~std::uint64_t{0});
    csrs.instret = 2;
    EXPECT_EQ(read(csrs, Csr::minstret), 0u);
}

TEST_F(CsrFileTest, InhibitedCounterStandsStillAndCountsOnFromThere) {
    CsrFile csrs = machine();
    csrs.instret = 10;
    write(csrs, Csr::mcountinhibit, 4);
    csrs.instret = 50;
    EXPECT_EQ(read(csrs, Csr::minstret), 11u);
    EXPECT_EQ(read(csrs, Csr::mcycle), 50u);
    write(csrs, Csr::mcountinhibit, 0);
    csrs.instret = 53;
    EXPECT_EQ(read(csrs, Csr::minstret), 13u);
}

TEST_F(CsrFileTest, InhibitedCounterCanStillBeWritten) {
    CsrFile csrs = machine();
    write(csrs, Csr::mcountinhibit, 1);
    write(csrs, Csr::mcycle, 77);
    csrs.instret = 50;
    EXPECT_EQ(read(csrs, Csr::mcycle), 77u);
}

TEST_F(CsrFileTest, CountersNeedBothPermissionsInUserMode) {
    CsrFile csrs = machine();
    write(csrs, Csr::mcounteren, 0xb);  // cycle, time and hpmcounter3
    write(csrs, Csr::scounteren, 0xe);  // time, instret and hpmcounter3
    enter_user(csrs);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::cycle)));
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::instret)));
    EXPECT_EQ(read(csrs, Csr::time), kNoTicks);
    EXPECT_EQ(read(csrs, Csr::hpmcounter3), 0u);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::hpmcounter4)));
}

TEST_F(CsrFileTest, PmpRegistersReachThePmpAndAdvanceTheProtectionGeneration) {
    CsrFile csrs = machine();
    const std::uint64_t before = csrs.protection_generation();
    write(csrs, Csr::pmpaddr9, 0x20000000);
    write(csrs, Csr::pmpcfg2, 0x1f00);
    EXPECT_EQ(read(csrs, Csr::pmpaddr9), 0x20000000u);
    EXPECT_EQ(read(csrs, Csr::pmpcfg2), 0x1f00u);
    EXPECT_EQ(csrs.pmp().config(8), 0x1f00u);
    EXPECT_GT(csrs.protection_generation(), before);
}

TEST_F(CsrFileTest, ListenerHearsOfPrivilegeAndProtectionChanges) {
    CsrFile csrs = machine();
    int calls = 0;
    csrs.set_protection_listener([&] { ++calls; });
    csrs.enter_trap({cause::kIllegalInstruction, 0}, 0);
    EXPECT_EQ(calls, 1);
    write(csrs, Csr::pmpaddr0, 1);
    EXPECT_EQ(calls, 2);
    write(csrs, Csr::mstatus, std::uint64_t{1} << 17);
    EXPECT_EQ(calls, 3);
}

TEST_F(CsrFileTest, InterruptIsPendingWhenRaisedEnabledAndNotHeldBack) {
    CsrFile csrs = machine();
    csrs.set_interrupt_line(Interrupt::machine_timer, true);
    EXPECT_EQ(read(csrs, Csr::mip), 0x80u);
    EXPECT_FALSE(csrs.pending_interrupt().has_value());
    write(csrs, Csr::mie, 0x80);
    EXPECT_TRUE(csrs.interrupt_wakes());
    EXPECT_FALSE(csrs.pending_interrupt().has_value());
    write(csrs, Csr::mstatus, 8);
    EXPECT_EQ(csrs.pending_interrupt(), (engine::Trap{kInterrupt | 7, 0}));
    csrs.set_interrupt_line(Interrupt::machine_timer, false);
    EXPECT_FALSE(csrs.pending_interrupt().has_value());
}

TEST_F(CsrFileTest, ExternalPrecedesSoftwarePrecedesTimer) {
    CsrFile csrs = machine();
    write(csrs, Csr::mie, 0x888);
    write(csrs, Csr::mstatus, 8);
    csrs.set_interrupt_line(Interrupt::machine_timer, true);
    csrs.set_interrupt_line(Interrupt::machine_software, true);
    EXPECT_EQ(csrs.pending_interrupt()->cause, kInterrupt | 3);
    csrs.set_interrupt_line(Interrupt::machine_external, true);
    EXPECT_EQ(csrs.pending_interrupt()->cause, kInterrupt | 11);
}

TEST_F(CsrFileTest, MachineInterruptIsTakenInUserModeWhateverMieSays) {
    CsrFile csrs = machine();
    write(csrs, Csr::mie, 0x8);
    enter_user(csrs);
    csrs.set_interrupt_line(Interrupt::machine_software, true);
    EXPECT_EQ(csrs.pending_interrupt()->cause, kInterrupt | 3);
}

}  // namespace
}  // namespace vm::guest::riscv
