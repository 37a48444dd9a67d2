#include "vm/guest/riscv/csr_file.h"

#include <array>

#include <gtest/gtest.h>

#include "vm/base/bits.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kNoTicks = 0;
constexpr std::uint64_t kMstatusFixed = std::uint64_t{2} << 32;  // UXL: 64 bits
constexpr std::uint64_t kInterrupt = std::uint64_t{1} << 63;

CsrFile machine() {
    return CsrFile(HartKind::machine, 0, [] { return kNoTicks; });
}
CsrFile program() {
    return CsrFile(HartKind::user_program, 0, [] { return std::uint64_t{1234}; });
}

constexpr std::uint16_t number(Csr csr) { return static_cast<std::uint16_t>(csr); }

std::uint64_t read(const CsrFile& csrs, Csr csr) { return csrs.read(number(csr)).value(); }
void write(CsrFile& csrs, Csr csr, std::uint64_t value) {
    ASSERT_TRUE(csrs.write(number(csr), value).has_value());
}

bool read_is_illegal(const CsrFile& csrs, std::uint16_t csr) {
    const auto value = csrs.read(csr);
    return not value and value.error() == engine::Trap{cause::kIllegalInstruction, 0};
}
bool write_is_illegal(CsrFile& csrs, std::uint16_t csr) {
    const auto done = csrs.write(csr, 0);
    return not done and done.error() == engine::Trap{cause::kIllegalInstruction, 0};
}

// A machine that an mret has taken to U.
void enter_user(CsrFile& csrs) {
    write(csrs, Csr::mstatus, read(csrs, Csr::mstatus) & ~(std::uint64_t{3} << 11));
    ASSERT_TRUE(csrs.mret().has_value());
    ASSERT_EQ(csrs.privilege(), Privilege::user);
}

TEST(CsrFile, MachineStartsInMachineModeWithFloatOffAndInterruptsOff) {
    const CsrFile csrs = machine();
    EXPECT_EQ(csrs.privilege(), Privilege::machine);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed);
    EXPECT_FALSE(csrs.float_enabled());
}

TEST(CsrFile, MisaNamesTheExtensionsAndCannotBeChanged) {
    CsrFile csrs = machine();
    write(csrs, Csr::misa, 0);
    EXPECT_EQ(read(csrs, Csr::misa), 0x8000'0000'0010'112fu);  // RV64 ABCDFIMU
}

TEST(CsrFile, MachineInformationReadsZeroExceptTheHartId) {
    const CsrFile csrs(HartKind::machine, 7, [] { return kNoTicks; });
    EXPECT_EQ(read(csrs, Csr::mhartid), 7u);
    EXPECT_EQ(read(csrs, Csr::mvendorid), 0u);
    EXPECT_EQ(read(csrs, Csr::marchid), 0u);
    EXPECT_EQ(read(csrs, Csr::mimpid), 0u);
}

TEST(CsrFile, WriteToReadOnlyNumberIsIllegal) {
    CsrFile csrs = machine();
    EXPECT_TRUE(write_is_illegal(csrs, number(Csr::mhartid)));
    EXPECT_TRUE(write_is_illegal(csrs, number(Csr::cycle)));
}

TEST(CsrFile, SupervisorAndUnknownRegistersAreIllegalFromMachineMode) {
    CsrFile csrs = machine();
    constexpr std::array<std::uint16_t, 10> kAbsent{0x100, 0x180, 0x302, 0x3a1, 0x3c0,
                                                    0x747, 0x800, 0xc20, 0xc22, 0xfff};
    for (const std::uint16_t absent : kAbsent) {
        EXPECT_TRUE(read_is_illegal(csrs, absent)) << absent;
        EXPECT_TRUE(write_is_illegal(csrs, absent)) << absent;
    }
}

TEST(CsrFile, MachineRegistersAreIllegalFromUserMode) {
    CsrFile csrs = machine();
    enter_user(csrs);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::mstatus)));
    EXPECT_TRUE(write_is_illegal(csrs, number(Csr::mscratch)));
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::mhartid)));
}

TEST(CsrFile, UserProgramSeesCountersAndFloatRegistersOnly) {
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

TEST(CsrFile, FcsrIsFrmAboveFflags) {
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

TEST(CsrFile, FloatRegistersAreIllegalWhileFsIsOff) {
    CsrFile csrs = machine();
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::fcsr)));
    EXPECT_TRUE(write_is_illegal(csrs, number(Csr::frm)));
}

TEST(CsrFile, AnyFsButOffReadsAsDirty) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 13);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed | std::uint64_t{1} << 63 | std::uint64_t{3} << 13);
    EXPECT_TRUE(csrs.float_enabled());
    write(csrs, Csr::mstatus, 0);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed);
}

TEST(CsrFile, MppKeepsItsValueWhenAskedForAPrivilegeThatDoesNotExist) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{3} << 11);
    write(csrs, Csr::mstatus, std::uint64_t{1} << 11);
    EXPECT_EQ(bits(read(csrs, Csr::mstatus), 11, 2), 3u);
    write(csrs, Csr::mstatus, std::uint64_t{2} << 11);
    EXPECT_EQ(bits(read(csrs, Csr::mstatus), 11, 2), 3u);
    write(csrs, Csr::mstatus, 0);
    EXPECT_EQ(bits(read(csrs, Csr::mstatus), 11, 2), 0u);
}

TEST(CsrFile, WritesOfOnesReachImplementedBitsOnly) {
    CsrFile csrs = machine();
    const auto ones_stick = [&](Csr csr) {
        write(csrs, csr, ~std::uint64_t{0});
        return read(csrs, csr);
    };
    EXPECT_EQ(ones_stick(Csr::mtvec), ~std::uint64_t{2});
    EXPECT_EQ(ones_stick(Csr::mepc), ~std::uint64_t{1});
    EXPECT_EQ(ones_stick(Csr::mscratch), ~std::uint64_t{0});
    EXPECT_EQ(ones_stick(Csr::mie), 0x888u);
    EXPECT_EQ(ones_stick(Csr::mip), 0u);
    EXPECT_EQ(ones_stick(Csr::mcounteren), 0xffffffffu);
    EXPECT_EQ(ones_stick(Csr::mcountinhibit), 5u);
    EXPECT_EQ(ones_stick(Csr::menvcfg), 1u);
    EXPECT_EQ(ones_stick(Csr::pmpaddr3), (std::uint64_t{1} << 54) - 1);
    EXPECT_EQ(ones_stick(Csr::mhpmcounter3), 0u);
    EXPECT_EQ(ones_stick(Csr::mhpmevent31), 0u);
    EXPECT_EQ(ones_stick(Csr::tselect), 0u);
    EXPECT_EQ(ones_stick(Csr::tdata1), 0u);
}

TEST(CsrFile, TrapEntrySavesStateAndGoesToTheDirectBase) {
    CsrFile csrs = machine();
    write(csrs, Csr::mtvec, 0x80000101);
    write(csrs, Csr::mstatus, 0x8);
    EXPECT_EQ(csrs.enter_trap({cause::kLoadAccess, 0x1234}, 0x80000042), 0x80000100u);
    EXPECT_EQ(read(csrs, Csr::mepc), 0x80000042u);
    EXPECT_EQ(read(csrs, Csr::mcause), 5u);
    EXPECT_EQ(read(csrs, Csr::mtval), 0x1234u);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed | 0x1880u);  // MPP M, MPIE, not MIE
}

TEST(CsrFile, VectoredInterruptEntersFourBytesPerCause) {
    CsrFile csrs = machine();
    write(csrs, Csr::mtvec, 0x80000101);
    EXPECT_EQ(csrs.enter_trap({kInterrupt | 7, 0}, 0), 0x8000011cu);
    write(csrs, Csr::mtvec, 0x80000100);
    EXPECT_EQ(csrs.enter_trap({kInterrupt | 7, 0}, 0), 0x80000100u);
}

TEST(CsrFile, TrapFromUserModeRecordsItAndMretReturnsThere) {
    CsrFile csrs = machine();
    enter_user(csrs);
    csrs.enter_trap({cause::kEcallFromU, 0}, 0x80002000);
    EXPECT_EQ(csrs.privilege(), Privilege::machine);
    EXPECT_EQ(bits(read(csrs, Csr::mstatus), 11, 2), 0u);
    EXPECT_EQ(csrs.mret().value(), 0x80002000u);
    EXPECT_EQ(csrs.privilege(), Privilege::user);
}

TEST(CsrFile, MretRestoresTheInterruptEnableAndLeavesUserAsPrevious) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, 0x1880);
    ASSERT_TRUE(csrs.mret().has_value());
    EXPECT_EQ(csrs.privilege(), Privilege::machine);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed | 0x88u);
}

TEST(CsrFile, MretFromUserModeIsIllegal) {
    CsrFile csrs = machine();
    enter_user(csrs);
    EXPECT_FALSE(csrs.mret().has_value());
}

TEST(CsrFile, MprvGivesDataThePreviousPrivilegeUntilMretLeavesMachineMode) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 17);
    EXPECT_EQ(csrs.data_privilege(), Privilege::user);
    EXPECT_EQ(csrs.privilege(), Privilege::machine);
    ASSERT_TRUE(csrs.mret().has_value());
    csrs.enter_trap({cause::kEcallFromU, 0}, 0);
    EXPECT_EQ(csrs.data_privilege(), Privilege::machine);
}

TEST(CsrFile, CodeContextTellsPrivilegeAndFloatApart) {
    CsrFile csrs = machine();
    const unsigned machine_off = csrs.code_context();
    write(csrs, Csr::mstatus, std::uint64_t{3} << 13);
    const unsigned machine_on = csrs.code_context();
    enter_user(csrs);
    EXPECT_NE(machine_off, machine_on);
    EXPECT_NE(csrs.code_context(), machine_on);
    EXPECT_LT(machine_on, 8u);
}

TEST(CsrFile, CounterWriteIsWhatTheNextInstructionReads) {
    CsrFile csrs = machine();
    csrs.instret = 100;
    write(csrs, Csr::minstret, 5);
    csrs.instret = 101;
    EXPECT_EQ(read(csrs, Csr::minstret), 5u);
    EXPECT_EQ(read(csrs, Csr::mcycle), 101u);
    csrs.instret = 103;
    EXPECT_EQ(read(csrs, Csr::instret), 7u);
}

TEST(CsrFile, CounterWrapsFromAllOnesToZero) {
    CsrFile csrs = machine();
    write(csrs, Csr::minstret, ~std::uint64_t{0});
    csrs.instret = 1;
    EXPECT_EQ(read(csrs, Csr::minstret), ~std::uint64_t{0});
    csrs.instret = 2;
    EXPECT_EQ(read(csrs, Csr::minstret), 0u);
}

TEST(CsrFile, InhibitedCounterStandsStillAndCountsOnFromThere) {
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

TEST(CsrFile, InhibitedCounterCanStillBeWritten) {
    CsrFile csrs = machine();
    write(csrs, Csr::mcountinhibit, 1);
    write(csrs, Csr::mcycle, 77);
    csrs.instret = 50;
    EXPECT_EQ(read(csrs, Csr::mcycle), 77u);
}

TEST(CsrFile, CountersNeedMcounterenInUserMode) {
    CsrFile csrs = machine();
    write(csrs, Csr::mcounteren, 0xa);  // time and hpmcounter3
    enter_user(csrs);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::cycle)));
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::instret)));
    EXPECT_EQ(read(csrs, Csr::time), kNoTicks);
    EXPECT_EQ(read(csrs, Csr::hpmcounter3), 0u);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::hpmcounter4)));
}

TEST(CsrFile, PmpRegistersReachThePmpAndAdvanceTheProtectionGeneration) {
    CsrFile csrs = machine();
    const std::uint64_t before = csrs.protection_generation();
    write(csrs, Csr::pmpaddr9, 0x20000000);
    write(csrs, Csr::pmpcfg2, 0x1f00);
    EXPECT_EQ(read(csrs, Csr::pmpaddr9), 0x20000000u);
    EXPECT_EQ(read(csrs, Csr::pmpcfg2), 0x1f00u);
    EXPECT_EQ(csrs.pmp().config(8), 0x1f00u);
    EXPECT_GT(csrs.protection_generation(), before);
}

TEST(CsrFile, ListenerHearsOfPrivilegeAndProtectionChanges) {
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

TEST(CsrFile, InterruptIsPendingWhenRaisedEnabledAndNotHeldBack) {
    CsrFile csrs = machine();
    csrs.set_interrupt_line(InterruptLine::machine_timer, true);
    EXPECT_EQ(read(csrs, Csr::mip), 0x80u);
    EXPECT_FALSE(csrs.pending_interrupt().has_value());
    write(csrs, Csr::mie, 0x80);
    EXPECT_TRUE(csrs.interrupt_wakes());
    EXPECT_FALSE(csrs.pending_interrupt().has_value());
    write(csrs, Csr::mstatus, 8);
    EXPECT_EQ(csrs.pending_interrupt(), (engine::Trap{kInterrupt | 7, 0}));
    csrs.set_interrupt_line(InterruptLine::machine_timer, false);
    EXPECT_FALSE(csrs.pending_interrupt().has_value());
}

TEST(CsrFile, ExternalPrecedesSoftwarePrecedesTimer) {
    CsrFile csrs = machine();
    write(csrs, Csr::mie, 0x888);
    write(csrs, Csr::mstatus, 8);
    csrs.set_interrupt_line(InterruptLine::machine_timer, true);
    csrs.set_interrupt_line(InterruptLine::machine_software, true);
    EXPECT_EQ(csrs.pending_interrupt()->cause, kInterrupt | 3);
    csrs.set_interrupt_line(InterruptLine::machine_external, true);
    EXPECT_EQ(csrs.pending_interrupt()->cause, kInterrupt | 11);
}

TEST(CsrFile, MachineInterruptIsTakenInUserModeWhateverMieSays) {
    CsrFile csrs = machine();
    write(csrs, Csr::mie, 0x8);
    enter_user(csrs);
    csrs.set_interrupt_line(InterruptLine::machine_software, true);
    EXPECT_EQ(csrs.pending_interrupt()->cause, kInterrupt | 3);
}

TEST(CsrFile, WfiIsForbiddenInProgramsAndInUserModeUnderTw) {
    EXPECT_FALSE(program().wfi_allowed());
    CsrFile csrs = machine();
    EXPECT_TRUE(csrs.wfi_allowed());
    write(csrs, Csr::mstatus, std::uint64_t{1} << 21);
    EXPECT_TRUE(csrs.wfi_allowed());
    enter_user(csrs);
    EXPECT_FALSE(csrs.wfi_allowed());
}

}  // namespace
}  // namespace vm::guest::riscv
