#include "vm/machine/system_machine.h"

#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/machine/system_machine_fixture.h"

namespace vm::machine {
namespace {

using guest::riscv::Csr;
using testing::fail_at_handler;
using ::testing::HasSubstr;
using testing::kA0;
using testing::kA1;
using testing::kA2;
using testing::kEnable;
using testing::kLimit;
using testing::kSoftwareBit;
using testing::kSoon;
using testing::kT0;
using testing::kT1;
using testing::kT2;
using testing::kTimerBit;
using testing::kZero;
using testing::system_options;
using testing::SystemMachineTest;
using testing::TestKernel;
using Op = guest::riscv::Opcode;

// A handler that prints `c` and powers off when an interrupt of this number came, and else nothing.
void print_at_interrupt(TestKernel& kernel, std::uint32_t number, char c) {
    kernel.at(TestKernel::kHandler).csrr(kT0, Csr::scause).op(Op::slli, kT0, kT0, 0, 1).li(kT1, 2 * number);
    const std::uint64_t other = kernel.here() + 4 * (1 + 7);
    kernel.branch(Op::bne, kT0, kT1, other).print(c);
    ASSERT_EQ(kernel.here(), other);
    kernel.power_off().spin();
}

TEST_F(SystemMachineTest, KernelBeginsInSupervisorModeWithItsHartsNumberAndTheDeviceTree) {
    constexpr std::uint32_t kMagic = 0xedfe'0dd0;  // the tree is big-endian
    TestKernel kernel;
    kernel.branch(Op::bne, kA0, kZero, TestKernel::kHandler)
        .op(Op::lw, kT0, kA1)
        .li(kT1, kMagic)
        .branch(Op::bne, kT0, kT1, TestKernel::kHandler)
        .csrr(kT0, Csr::satp)
        .branch(Op::bne, kT0, kZero, TestKernel::kHandler)
        .print('k')
        .power_off();
    fail_at_handler(kernel);
    expect_power_off(run(kernel), "k");
}

TEST_F(SystemMachineTest, DebugConsoleWritesWhatLiesInMemory) {
    TestKernel kernel;
    kernel.li(kA0, 4).la(kA1, TestKernel::kData).li(kA2, 0).sbi(sbi_extension::kDebugConsole, 0);
    kernel.li(kT0, 4).branch(Op::bne, kA1, kT0, TestKernel::kHandler).print('!').power_off();
    fail_at_handler(kernel);
    kernel.at(TestKernel::kData).word(0x316d'760a);
    expect_power_off(run(kernel), "\nvm1!");
}

TEST_F(SystemMachineTest, TimerInterruptComesWhenTimeReachesStimecmp) {
    TestKernel kernel;
    kernel.la(kT0, TestKernel::kHandler).csrw(Csr::stvec, kT0);
    kernel.csrr(kT1, Csr::time).op(Op::addi, kT1, kT1, 0, kSoon).csrw(Csr::stimecmp, kT1);
    kernel.li(kT0, kTimerBit).csrw(Csr::sie, kT0).csrs(Csr::sstatus, kEnable).spin();
    print_at_interrupt(kernel, 5, 't');
    expect_power_off(run(kernel), "t");
}

TEST_F(SystemMachineTest, TimerIsSetByTheFirmwareInterfaceToo) {
    TestKernel kernel;
    kernel.la(kT0, TestKernel::kHandler).csrw(Csr::stvec, kT0);
    kernel.csrr(kA0, Csr::time).op(Op::addi, kA0, kA0, 0, kSoon).sbi(sbi_extension::kTime, 0);
    kernel.li(kT0, kTimerBit).csrw(Csr::sie, kT0).csrs(Csr::sstatus, kEnable);
    const std::uint64_t wait = kernel.here();
    kernel.op(Op::wfi).jump(wait);
    print_at_interrupt(kernel, 5, 't');
    expect_power_off(run(kernel), "t");
}

TEST_F(SystemMachineTest, WaitEndsByAnEnabledTimerWithoutAnInterrupt) {
    TestKernel kernel;
    kernel.la(kT0, TestKernel::kHandler).csrw(Csr::stvec, kT0);
    kernel.csrr(kT1, Csr::time).op(Op::addi, kT1, kT1, 0, kSoon).csrw(Csr::stimecmp, kT1);
    kernel.li(kT0, kTimerBit).csrw(Csr::sie, kT0).op(Op::wfi);
    kernel.csrr(kT2, Csr::time).branch(Op::bltu, kT2, kT1, TestKernel::kHandler).print('w').power_off();
    fail_at_handler(kernel);
    expect_power_off(run(kernel), "w");
}

TEST_F(SystemMachineTest, InterruptThatAHartSendsItselfIsTakenAndClearedBySoftware) {
    TestKernel kernel;
    kernel.la(kT0, TestKernel::kHandler).csrw(Csr::stvec, kT0);
    kernel.li(kT0, kSoftwareBit).csrw(Csr::sie, kT0).csrs(Csr::sstatus, kEnable);
    kernel.li(kA0, 1).li(kA1, 0).sbi(sbi_extension::kIpi, 0).spin();
    kernel.at(TestKernel::kHandler).csrc(Csr::sip, kSoftwareBit).csrr(kT0, Csr::sip);
    kernel.branch(Op::bne, kT0, kZero, TestKernel::kOther).print('i').power_off();
    kernel.at(TestKernel::kOther).power_off();
    expect_power_off(run(kernel), "i");
}

TEST_F(SystemMachineTest, SystemResetEndsTheRunAsAsked) {
    const auto reset = [this](std::uint32_t type, std::uint32_t reason) {
        TestKernel kernel;
        kernel.li(kA0, type).li(kA1, reason).sbi(sbi_extension::kSystemReset, 0).spin();
        return run(kernel);
    };
    EXPECT_EQ(reset(0, 0).end, SystemEnd::powered_off);
    EXPECT_EQ(reset(1, 0).end, SystemEnd::reset);
    EXPECT_EQ(reset(2, 0).end, SystemEnd::reset);
    const SystemOutcome failed = reset(0, 1);
    EXPECT_EQ(failed.end, SystemEnd::failed);
    EXPECT_EQ(failed.code, 1U);
}

TEST_F(SystemMachineTest, FinisherEndsTheRunAsAsked) {
    const auto finish = [this](std::uint32_t value) {
        TestKernel kernel;
        kernel.li(kT0, 0x10'0000).li(kT1, value).op(Op::sw, 0, kT0, kT1).spin();
        return run(kernel);
    };
    EXPECT_EQ(finish(0x5555).end, SystemEnd::powered_off);
    EXPECT_EQ(finish(0x7777).end, SystemEnd::reset);
    const SystemOutcome failed = finish(0x0007'3333);
    EXPECT_EQ(failed.end, SystemEnd::failed);
    EXPECT_EQ(failed.code, 7U);
}

TEST_F(SystemMachineTest, UartGivesWhatWasTypedAndSendsWhatIsStored) {
    TestKernel kernel;
    kernel.li(kT0, 0x1000'0000);
    const std::uint64_t again = kernel.here();
    kernel.op(Op::lbu, kT1, kT0, 0, 5).op(Op::andi, kT1, kT1, 0, 1).branch(Op::beq, kT1, kZero, again);
    kernel.op(Op::lbu, kT2, kT0).op(Op::sb, 0, kT0, kT2).li(kT1, 'q').branch(Op::bne, kT2, kT1, again);
    kernel.power_off();
    make(kernel);
    typed_ = "echo q";
    typed_.erase(0, machine_->receive(std::as_bytes(std::span(typed_))));
    expect_power_off(machine_->run(kLimit), "echo q");
}

TEST_F(SystemMachineTest, StopEndsAGuestThatSpins) {
    TestKernel kernel;
    kernel.print('r').spin();
    make(kernel, 2);
    std::thread stopper([this] {
        wait_until_written();
        machine_->stop();
    });
    EXPECT_EQ(machine_->run(~std::uint64_t{0}).end, SystemEnd::interrupted);
    stopper.join();
}

TEST_F(SystemMachineTest, StopEndsAGuestThatSleeps) {
    TestKernel kernel;
    kernel.print('r');
    const std::uint64_t wait = kernel.here();
    kernel.op(Op::wfi).jump(wait);
    make(kernel, 2);
    std::thread stopper([this] {
        wait_until_written();
        machine_->stop();
    });
    EXPECT_EQ(machine_->run(~std::uint64_t{0}).end, SystemEnd::interrupted);
    stopper.join();
}

TEST_F(SystemMachineTest, StopBeforeTheRunEndsItAtOnce) {
    TestKernel kernel;
    make(kernel.spin());
    machine_->stop();
    EXPECT_EQ(machine_->run(kLimit).end, SystemEnd::interrupted);
    EXPECT_EQ(machine_->instructions(), 0U);
}

TEST_F(SystemMachineTest, InstructionLimitIsExactAndTheRunCanGoOn) {
    TestKernel kernel;
    make(kernel.spin());
    EXPECT_EQ(machine_->run(100'001).end, SystemEnd::instruction_limit);
    EXPECT_EQ(machine_->instructions(), 100'001U);
    EXPECT_EQ(machine_->run(10).end, SystemEnd::instruction_limit);
    EXPECT_EQ(machine_->instructions(), 100'011U);
}

TEST_F(SystemMachineTest, KernelWithoutAHandlerIsStuckWhichIsReported) {
    TestKernel kernel;
    kernel.word(0);
    const SystemOutcome outcome = run(kernel);
    EXPECT_EQ(outcome.end, SystemEnd::stuck);
    EXPECT_EQ(outcome.message,
              "hart 0: the trap handler itself traps: instruction access fault (1), value 0x0, at 0x0");
}

TEST_F(SystemMachineTest, FirmwareBeginsInMachineModeWithoutAnInterfaceBelowIt) {
    TestKernel firmware;
    firmware.csrr(kT2, Csr::mhartid).li(kT0, 0x10'0000).li(kT1, 0x5555);
    firmware.branch(Op::bne, kT2, kA0, firmware.here() + 8).op(Op::sw, 0, kT0, kT1).spin();
    expect_power_off(run_firmware(firmware), "");
}

// The line stands from the first instruction on; it must not keep the hart from the others.
TEST_F(SystemMachineTest, TimerThatIsDueButNotEnabledHoldsNobodyUp) {
    TestKernel firmware;
    firmware.li(kT0, 0x200'4000).op(Op::sd, 0, kT0, kZero).li(kT0, 100);
    const std::uint64_t again = firmware.here();
    firmware.op(Op::addi, kT0, kT0, 0, -1).branch(Op::bne, kT0, kZero, again);
    firmware.li(kT0, 0x10'0000).li(kT1, 0x5555).op(Op::sw, 0, kT0, kT1).spin();
    expect_power_off(run_firmware(firmware), "");
}

TEST_F(SystemMachineTest, MachineTimerInterruptWakesFirmwareThatWaits) {
    TestKernel firmware;
    firmware.la(kT0, TestKernel::kHandler).csrw(Csr::mtvec, kT0).li(kT0, 1 << 7).csrw(Csr::mie, kT0);
    firmware.li(kT0, 0x200'4000).csrr(kT1, Csr::time).op(Op::addi, kT1, kT1, 0, kSoon);
    firmware.op(Op::sd, 0, kT0, kT1).csrs(Csr::mstatus, 1 << 3);
    const std::uint64_t wait = firmware.here();
    firmware.op(Op::wfi).jump(wait);
    firmware.at(TestKernel::kHandler).li(kT0, 0x1000'0000).li(kT1, 'm').op(Op::sb, 0, kT0, kT1);
    firmware.li(kT0, 0x10'0000).li(kT1, 0x5555).op(Op::sw, 0, kT0, kT1).spin();
    expect_power_off(run_firmware(firmware), "m");
}

TEST_F(SystemMachineTest, RefusesWhatNoMachineIsMadeOf) {
    const Surroundings none{
        .ticks = [] { return std::uint64_t{0}; },
        .wall_clock = [] { return std::uint64_t{0}; },
        .random = [](std::span<std::byte>) {},
        .transmit = [](std::span<const std::byte>) {},
        .room = [] {},
    };
    const auto refusal = [&](const SystemOptions& system) {
        const auto made = SystemMachine::create(system, none);
        return made ? "not refused" : made.error().message;
    };
    EXPECT_EQ(refusal(system_options(0)), "a machine has 1 to 64 harts, not 0");
    EXPECT_EQ(refusal(system_options(65)), "a machine has 1 to 64 harts, not 65");
    EXPECT_EQ(refusal(system_options()), "a machine needs a kernel or firmware");
    SystemOptions small = system_options();
    small.memory = 0x10000;
    small.kernel = TestKernel().spin().image();
    EXPECT_THAT(refusal(small), HasSubstr("does not fit"));
}

}  // namespace
}  // namespace vm::machine
