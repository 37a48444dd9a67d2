// What harts do to one another and to themselves through the firmware interface.

#include <gtest/gtest.h>

#include "vm/machine/system_machine_fixture.h"

namespace vm::machine {
namespace {

using guest::riscv::Csr;
using testing::fail_at_handler;
using testing::kA0;
using testing::kA1;
using testing::kA2;
using testing::kRa;
using testing::kSoon;
using testing::kT0;
using testing::kT1;
using testing::kT2;
using testing::kTimerBit;
using testing::kZero;
using testing::SystemMachineTest;
using testing::TestKernel;
using Op = guest::riscv::Opcode;

// A second hart that stores what it was given and then waits for ever.
void answer_at_other(TestKernel& kernel) {
    kernel.at(TestKernel::kOther).la(kT0, TestKernel::kData).op(Op::sd, 0, kT0, kA1);
    const std::uint64_t wait = kernel.here();
    kernel.op(Op::wfi).jump(wait);
}

// Starts hart 1 there with 42, and waits until memory says that it came.
void start_other(TestKernel& kernel) {
    kernel.li(kA0, 1).la(kA1, TestKernel::kOther).li(kA2, 42).sbi(sbi_extension::kHsm, 0);
    kernel.la(kT0, TestKernel::kData);
    const std::uint64_t again = kernel.here();
    kernel.op(Op::ld, kT1, kT0).branch(Op::beq, kT1, kZero, again);
}

TEST_F(SystemMachineTest, SecondHartStartsWhereItIsToldAndAnswersThroughMemory) {
    TestKernel kernel;
    start_other(kernel);
    kernel.li(kT2, 42).branch(Op::bne, kT1, kT2, TestKernel::kHandler).print('s').power_off();
    fail_at_handler(kernel);
    answer_at_other(kernel);
    expect_power_off(run(kernel, 2), "s");
}

TEST_F(SystemMachineTest, HartThatRunsIsNotStartedAndOneThatDoesNotIsStopped) {
    constexpr auto kAlready = static_cast<std::uint32_t>(SbiError::already_available);
    TestKernel kernel;
    kernel.li(kA0, 0).la(kA1, TestKernel::kOther).sbi(sbi_extension::kHsm, 0);
    kernel.li(kT0, kAlready).branch(Op::bne, kA0, kT0, TestKernel::kHandler);
    kernel.li(kA0, 1).sbi(sbi_extension::kHsm, 2);  // status
    kernel.li(kT0, 1).branch(Op::bne, kA1, kT0, TestKernel::kHandler).print('h').power_off();
    fail_at_handler(kernel);
    expect_power_off(run(kernel, 2), "h");
}

TEST_F(SystemMachineTest, HartStopsItselfAndIsStartedAgain) {
    TestKernel kernel;
    start_other(kernel);
    kernel.op(Op::sd, 0, kT0, kZero);
    const std::uint64_t again = kernel.here();  // until hart 1 has stopped
    kernel.li(kA0, 1).sbi(sbi_extension::kHsm, 2).li(kT0, 1).branch(Op::bne, kA1, kT0, again);
    start_other(kernel);
    kernel.print('2').power_off();
    kernel.at(TestKernel::kOther).la(kT0, TestKernel::kData).op(Op::sd, 0, kT0, kA1);
    kernel.sbi(sbi_extension::kHsm, 1).spin();
    expect_power_off(run(kernel, 2), "2");
}

TEST_F(SystemMachineTest, MachineOfWhichAllHartsHaveStoppedIsStuckWhichIsReported) {
    TestKernel kernel;
    kernel.li(kA0, 1).la(kA1, TestKernel::kOther).sbi(sbi_extension::kHsm, 0);  // without hart 1 an error
    kernel.sbi(sbi_extension::kHsm, 1).spin();
    kernel.at(TestKernel::kOther).print('o').sbi(sbi_extension::kHsm, 1).spin();
    for (const unsigned harts : {1U, 2U, 3U}) {
        written_.clear();
        const SystemOutcome outcome = run(kernel, harts);
        EXPECT_EQ(outcome.end, SystemEnd::stuck);
        EXPECT_EQ(outcome.message, "all harts have stopped, and none is left to start one");
        EXPECT_EQ(written_, harts == 1 ? "" : "o");
    }
}

TEST_F(SystemMachineTest, RetentiveSuspensionEndsByAnInterruptThatIsEnabledAndGoesOnBehindTheCall) {
    TestKernel kernel;
    kernel.csrr(kT1, Csr::time).op(Op::addi, kT1, kT1, 0, kSoon).csrw(Csr::stimecmp, kT1);
    kernel.li(kT0, kTimerBit).csrw(Csr::sie, kT0).li(kA0, 0).sbi(sbi_extension::kHsm, 3);
    kernel.branch(Op::bne, kA0, kZero, TestKernel::kHandler).print('r').power_off();
    fail_at_handler(kernel);
    expect_power_off(run(kernel), "r");
}

TEST_F(SystemMachineTest, NonRetentiveSuspensionEndsAtItsEntry) {
    TestKernel kernel;
    kernel.csrr(kT1, Csr::time).op(Op::addi, kT1, kT1, 0, kSoon).csrw(Csr::stimecmp, kT1);
    kernel.li(kT0, kTimerBit).csrw(Csr::sie, kT0);
    kernel.li(kA0, 0x8000'0000).la(kA1, TestKernel::kOther).li(kA2, 7).sbi(sbi_extension::kHsm, 3);
    fail_at_handler(kernel);
    kernel.at(TestKernel::kOther).li(kT0, 7).branch(Op::bne, kA1, kT0, TestKernel::kHandler);
    kernel.print('n').power_off();
    expect_power_off(run(kernel), "n");
}

TEST_F(SystemMachineTest, FencesOnHartsThatSpinReturn) {
    TestKernel kernel;
    start_other(kernel);
    for (const std::uint32_t function : {0U, 1U, 2U}) {
        kernel.li(kA0, 0).li(kA1, ~0U).li(kA2, 0).li(13, 0).li(14, 0);
        kernel.sbi(sbi_extension::kRfence, function);
        kernel.branch(Op::bne, kA0, kZero, TestKernel::kHandler);
    }
    kernel.print('f').power_off();
    fail_at_handler(kernel);
    kernel.at(TestKernel::kOther).la(kT0, TestKernel::kData).op(Op::sd, 0, kT0, kA1).spin();
    expect_power_off(run(kernel, 2), "f");
}

// Hart 1 calls a function of one instruction again and again and stores its result; hart 0 rewrites it.
TEST_F(SystemMachineTest, CodeThatOneHartWritesRunsOnAnotherAfterARemoteFence) {
    TestKernel kernel;
    start_other(kernel);
    kernel.la(kT0, TestKernel::kFunction).li(kT1, TestKernel::encoded(Op::addi, kT1, kZero, 0, 2));
    kernel.op(Op::sw, 0, kT0, kT1).li(kA0, 0).li(kA1, ~0U).sbi(sbi_extension::kRfence, 0);
    kernel.la(kT0, TestKernel::kData).li(kT2, 2);
    const std::uint64_t again = kernel.here();
    kernel.op(Op::ld, kT1, kT0).branch(Op::bne, kT1, kT2, again).print('c').power_off();
    kernel.at(TestKernel::kOther).la(kT0, TestKernel::kData).la(kT2, TestKernel::kFunction);
    const std::uint64_t call = kernel.here();
    kernel.op(Op::jalr, kRa, kT2).op(Op::sd, 0, kT0, kT1).jump(call);
    kernel.at(TestKernel::kFunction).op(Op::addi, kT1, kZero, 0, 1).op(Op::jalr, kZero, kRa);
    expect_power_off(run(kernel, 2), "c");
}

}  // namespace
}  // namespace vm::machine
