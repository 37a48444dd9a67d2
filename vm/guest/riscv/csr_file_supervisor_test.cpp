// Control registers of the supervisor.
#include <gtest/gtest.h>

#include "vm/base/bits.h"
#include "vm/guest/riscv/csr_file.h"
#include "vm/guest/riscv/csr_file_fixture.h"

namespace vm::guest::riscv {
namespace {

TEST_F(CsrFileTest, WfiIsForbiddenBelowSupervisorAndThereUnderTw) {
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

TEST_F(CsrFileTest, SstatusIsTheSupervisorsPartOfMstatus) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 21 | 0x1888);
    write(csrs, Csr::sstatus, ~std::uint64_t{0});
    EXPECT_EQ(read(csrs, Csr::sstatus), 0x8000'0002'000c'6122u);
    EXPECT_EQ(read(csrs, Csr::mstatus), 0x8000'000a'002c'79aau);
    write(csrs, Csr::sstatus, 0);
    EXPECT_EQ(read(csrs, Csr::mstatus), kMstatusFixed | std::uint64_t{1} << 21 | 0x1888);
}

TEST_F(CsrFileTest, SatpKeepsItsValueWhenAskedForAModeThatDoesNotExist) {
    CsrFile csrs = machine();
    write(csrs, Csr::satp, std::uint64_t{8} << 60 | 0x1234);
    for (const std::uint64_t mode : {1UL, 7UL, 11UL, 15UL}) {
        write(csrs, Csr::satp, mode << 60 | 0x9999);
        EXPECT_EQ(read(csrs, Csr::satp), std::uint64_t{8} << 60 | 0x1234) << mode;
    }
    write(csrs, Csr::satp, std::uint64_t{10} << 60 | std::uint64_t{0xffff} << 44 | 7);
    EXPECT_EQ(read(csrs, Csr::satp), std::uint64_t{10} << 60 | std::uint64_t{0x7ff} << 44 | 7);
}

TEST_F(CsrFileTest, TvmKeepsTheSupervisorFromTranslation) {
    CsrFile csrs = machine();
    write(csrs, Csr::mstatus, std::uint64_t{1} << 20);
    EXPECT_TRUE(csrs.translation_fence_allowed());
    enter_supervisor(csrs);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::satp)));
    EXPECT_FALSE(csrs.translation_fence_allowed());
}

TEST_F(CsrFileTest, DelegatedExceptionEntersTheSupervisor) {
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

TEST_F(CsrFileTest, ExceptionInMachineModeIsNeverDelegated) {
    CsrFile csrs = machine();
    write(csrs, Csr::medeleg, ~std::uint64_t{0});
    csrs.enter_trap({cause::kLoadPage, 0}, 0x1000);
    EXPECT_EQ(csrs.privilege(), Privilege::machine);
    EXPECT_EQ(read(csrs, Csr::mcause), cause::kLoadPage);
}

TEST_F(CsrFileTest, DelegatedInterruptWaitsForTheSupervisorsEnable) {
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

TEST_F(CsrFileTest, InterruptForMachineModePrecedesAMoreUrgentOneForTheSupervisor) {
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

TEST_F(CsrFileTest, SupervisorSeesDelegatedInterruptsAlone) {
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

TEST_F(CsrFileTest, SettingABitOfMipDoesNotKeepTheLineOfTheController) {
    CsrFile csrs = machine();
    csrs.set_interrupt_line(Interrupt::supervisor_external, true);
    const std::uint64_t seen = read(csrs, Csr::mip);
    EXPECT_EQ(seen, 0x200u);
    const std::uint64_t from = csrs.value_for_update(number(Csr::mip), seen);
    ASSERT_TRUE(csrs.write(number(Csr::mip), from | 2, 2).has_value());
    csrs.set_interrupt_line(Interrupt::supervisor_external, false);
    EXPECT_EQ(read(csrs, Csr::mip), 2u);
}

TEST_F(CsrFileTest, SupervisorTimerComparesTheClock) {
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

TEST_F(CsrFileTest, SupervisorTimerNeedsMachineModesConsent) {
    CsrFile csrs = machine();
    enter_supervisor(csrs);
    EXPECT_TRUE(read_is_illegal(csrs, number(Csr::stimecmp)));
    CsrFile willing = machine();
    write(willing, Csr::menvcfg, std::uint64_t{1} << 63);
    write(willing, Csr::mcounteren, 2);
    enter_supervisor(willing);
    EXPECT_EQ(read(willing, Csr::stimecmp), 0u);
}

TEST_F(CsrFileTest, SretIsIllegalInUserModeAndUnderTsr) {
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
