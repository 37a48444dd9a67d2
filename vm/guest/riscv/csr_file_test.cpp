#include "vm/guest/riscv/csr_file.h"

#include <array>

#include <gtest/gtest.h>

#include "vm/base/bits.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kNoTicks = 0;
constexpr std::uint64_t kMstatusFixed = std::uint64_t{10} << 32;  // SXL and UXL: 64 bits
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

// A machine that an mret has taken to S, and from there an sret to U.
void enter_supervisor(CsrFile& csrs) {
    const std::uint64_t cleared = read(csrs, Csr::mstatus) & ~(std::uint64_t{3} << 11);
    write(csrs, Csr::mstatus, cleared | std::uint64_t{1} << 11);
    ASSERT_TRUE(csrs.mret().has_value());
    ASSERT_EQ(csrs.privilege(), Privilege::supervisor);
}
void leave_for_user(CsrFile& csrs) {
    ASSERT_TRUE(csrs.sret().has_value());
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
    EXPECT_EQ(read(csrs, Csr::misa), 0x8000'0000'0014'112fu);  // RV64 ABCDFIMSU
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

TEST(CsrFile, UnknownRegistersAreIllegalFromMachineMode) {
    CsrFile csrs = machine();
    constexpr std::array<std::uint16_t, 9> kAbsent{0x015, 0x200, 0x3a1, 0x3c0, 0x747,
                                                   0x800, 0xc20, 0xc22, 0xfff};
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
    write(csrs, Csr::mstatus, std::uint64_t{1} << 11);
    write(csrs, Csr::mstatus, std::uint64_t{2} << 11);
    EXPECT_EQ(bits(read(csrs, Csr::mstatus), 11, 2), 1u);
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

TEST(CsrFile, CountersNeedBothPermissionsInUserMode) {
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

TEST(CsrFile, ExternalPrecedesSoftwarePrecedesTimer) {
    CsrFile csrs = machine();
    write(csrs, Csr::mie, 0x888);
    write(csrs, Csr::mstatus, 8);
    csrs.set_interrupt_line(Interrupt::machine_timer, true);
    csrs.set_interrupt_line(Interrupt::machine_software, true);
    EXPECT_EQ(csrs.pending_interrupt()->cause, kInterrupt | 3);
    csrs.set_interrupt_line(Interrupt::machine_external, true);
    EXPECT_EQ(csrs.pending_interrupt()->cause, kInterrupt | 11);
}

TEST(CsrFile, MachineInterruptIsTakenInUserModeWhateverMieSays) {
    CsrFile csrs = machine();
    write(csrs, Csr::mie, 0x8);
    enter_user(csrs);
    csrs.set_interrupt_line(Interrupt::machine_software, true);
    EXPECT_EQ(csrs.pending_interrupt()->cause, kInterrupt | 3);
}

TEST(CsrFile, WfiIsForbiddenBelowSupervisorAndThereUnderTw) {
    EXPECT_FALSE(program().wfi_allowed());
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 21);
    EXPECT_TRUE(csrs.wfi_allowed());
    enter_supervisor(csrs);
    EXPECT_FALSE(csrs.wfi_allowed());
    CsrFile willing = machine();
    enter_supervisor(willing);
    EXPECT_TRUE(willing.wfi_allowed());
    leave_for_user(willing);
    EXPECT_FALSE(willing.wfi_allowed());
}

TEST(CsrFile, SstatusIsTheSupervisorsPartOfMstatus) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 21 | 0x1888);
    write(csrs, Csr::sstatus, ~std::uint64_t{0});
    EXPECT_EQ(read(csrs, Csr::sstatus), 0x8000'0002'000c'6122u);
    EXPECT_EQ(read(csrs, Csr::mstatus), 0x8000'000a'002c'79aau);
    write(csrs, Csr::sstatus, 0);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed | std::uint64_t{1} << 21 | 0x1888);
}

TEST(CsrFile, SatpKeepsItsValueWhenAskedForAModeThatDoesNotExist) {
    CsrFile csrs = machine();
    write(csrs, Csr::satp, std::uint64_t{8} << 60 | 0x1234);
    for (const std::uint64_t mode : {1UL, 7UL, 11UL, 15UL}) {
        write(csrs, Csr::satp, mode << 60 | 0x9999);
        EXPECT_EQ(read(csrs, Csr::satp), std::uint64_t{8} << 60 | 0x1234) << mode;
    }
    write(csrs, Csr::satp, std::uint64_t{10} << 60 | std::uint64_t{0xffff} << 44 | 7);
    EXPECT_EQ(read(csrs, Csr::satp), std::uint64_t{10} << 60 | std::uint64_t{0x7ff} << 44 | 7);
}

TEST(CsrFile, TvmKeepsTheSupervisorFromTranslation) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 20);
    EXPECT_TRUE(csrs.translation_fence_allowed());
    enter_supervisor(csrs);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::satp)));
    EXPECT_FALSE(csrs.translation_fence_allowed());
}

TEST(CsrFile, DelegatedExceptionEntersTheSupervisor) {
    CsrFile csrs = machine();
    write(csrs, Csr::medeleg, std::uint64_t{1} << cause::kLoadPage);
    write(csrs, Csr::stvec, 0x80004000);
    write(csrs, Csr::mtvec, 0x80008000);
    enter_user(csrs);
    EXPECT_EQ(csrs.enter_trap({cause::kLoadPage, 0x77}, 0x1000), 0x80004000u);
    EXPECT_EQ(csrs.privilege(), Privilege::supervisor);
    EXPECT_EQ(read(csrs, Csr::scause), cause::kLoadPage);
    EXPECT_EQ(read(csrs, Csr::stval), 0x77u);
    EXPECT_EQ(read(csrs, Csr::sepc), 0x1000u);
    EXPECT_EQ(bits(read(csrs, Csr::sstatus), 8, 1), 0u);
    EXPECT_EQ(csrs.sret().value(), 0x1000u);
    EXPECT_EQ(csrs.privilege(), Privilege::user);
}

TEST(CsrFile, ExceptionInMachineModeIsNeverDelegated) {
    CsrFile csrs = machine();
    write(csrs, Csr::medeleg, ~std::uint64_t{0});
    csrs.enter_trap({cause::kLoadPage, 0}, 0x1000);
    EXPECT_EQ(csrs.privilege(), Privilege::machine);
    EXPECT_EQ(read(csrs, Csr::mcause), cause::kLoadPage);
}

TEST(CsrFile, DelegatedInterruptWaitsForTheSupervisorsEnable) {
    CsrFile csrs = machine();
    write(csrs, Csr::mideleg, 0x222);
    write(csrs, Csr::mie, 0x222);
    csrs.set_interrupt_line(Interrupt::supervisor_external, true);
    EXPECT_FALSE(csrs.pending_interrupt().has_value());  // M is above
    enter_supervisor(csrs);
    EXPECT_FALSE(csrs.pending_interrupt().has_value());
    write(csrs, Csr::sstatus, 2);
    EXPECT_EQ(csrs.pending_interrupt()->cause, kInterrupt | 9);
    csrs.enter_trap(*csrs.pending_interrupt(), 0x1000);
    EXPECT_EQ(csrs.privilege(), Privilege::supervisor);
    EXPECT_EQ(read(csrs, Csr::scause), kInterrupt | 9);
}

TEST(CsrFile, InterruptForMachineModePrecedesAMoreUrgentOneForTheSupervisor) {
    CsrFile csrs = machine();
    write(csrs, Csr::mideleg, 0x200);
    write(csrs, Csr::mie, 0x220);
    write(csrs, Csr::mip, 0x220);
    enter_supervisor(csrs);
    write(csrs, Csr::sstatus, 2);
    EXPECT_EQ(csrs.pending_interrupt(), (engine::Trap{kInterrupt | 5, 0}));
    leave_for_user(csrs);
    EXPECT_EQ(csrs.pending_interrupt(), (engine::Trap{kInterrupt | 5, 0}));
}

TEST(CsrFile, SupervisorSeesDelegatedInterruptsAlone) {
    CsrFile csrs = machine();
    write(csrs, Csr::mideleg, 0x200);
    write(csrs, Csr::mie, 0x222);
    csrs.set_interrupt_line(Interrupt::supervisor_external, true);
    csrs.set_interrupt_line(Interrupt::supervisor_software, true);
    EXPECT_EQ(read(csrs, Csr::sie), 0x200u);
    EXPECT_EQ(read(csrs, Csr::sip), 0x200u);
    write(csrs, Csr::sie, 0);
    EXPECT_EQ(read(csrs, Csr::mie), 0x22u);
}

TEST(CsrFile, SettingABitOfMipDoesNotKeepTheLineOfTheController) {
    CsrFile csrs = machine();
    csrs.set_interrupt_line(Interrupt::supervisor_external, true);
    const std::uint64_t seen = read(csrs, Csr::mip);
    EXPECT_EQ(seen, 0x200u);
    const std::uint64_t from = csrs.value_for_update(number(Csr::mip), seen);
    ASSERT_TRUE(csrs.write(number(Csr::mip), from | 2, 2).has_value());
    csrs.set_interrupt_line(Interrupt::supervisor_external, false);
    EXPECT_EQ(read(csrs, Csr::mip), 2u);
}

TEST(CsrFile, SupervisorTimerComparesTheClock) {
    std::uint64_t now = 99;
    CsrFile csrs(HartKind::machine, 0, [&] { return now; });
    EXPECT_FALSE(csrs.timer_deadline().has_value());
    write(csrs, Csr::menvcfg, std::uint64_t{1} << 63);
    write(csrs, Csr::stimecmp, 100);
    EXPECT_EQ(csrs.timer_deadline(), 100u);
    EXPECT_EQ(read(csrs, Csr::mip), 0u);
    write(csrs, Csr::mip, 0x20);  // read-only while the hart compares
    EXPECT_EQ(read(csrs, Csr::mip), 0u);
    now = 100;
    EXPECT_EQ(read(csrs, Csr::mip), 0x20u);
}

TEST(CsrFile, SupervisorTimerNeedsMachineModesConsent) {
    CsrFile csrs = machine();
    enter_supervisor(csrs);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::stimecmp)));
    CsrFile willing = machine();
    write(willing, Csr::menvcfg, std::uint64_t{1} << 63);
    write(willing, Csr::mcounteren, 2);
    enter_supervisor(willing);
    EXPECT_EQ(read(willing, Csr::stimecmp), 0u);
}

TEST(CsrFile, SretIsIllegalInUserModeAndUnderTsr) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 22);
    enter_supervisor(csrs);
    EXPECT_FALSE(csrs.sret().has_value());
    CsrFile user = machine();
    enter_user(user);
    EXPECT_FALSE(user.sret().has_value());
}

}  // namespace
}  // namespace vm::guest::riscv
