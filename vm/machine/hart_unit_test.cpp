#include "vm/machine/hart_unit.h"

#include <atomic>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/machine/test_kernel.h"
#include "vm/native/audit.h"

namespace vm::machine {
namespace {

using guest::riscv::Csr;
using guest::riscv::Interrupt;
using guest::riscv::Privilege;
using ::testing::HasSubstr;
using testing::kA0;
using testing::kA1;
using testing::kT0;
using testing::kZero;
using testing::TestKernel;
using Op = guest::riscv::Opcode;

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
constexpr mem::PhysAddr kEntry{TestKernel::kBase};

// One hart, or two, over memory that holds a TestKernel. A hart that goes nowhere ends its machine.
class HartUnitTest : public ::testing::Test {
  protected:
    void load(const TestKernel& kernel) { ASSERT_TRUE(ram_.write_bytes(kEntry, kernel.bytes())); }
    HartUnit::Machine machine() {
        return {.time = [this] { return ticks_.load(); },
                .keep_time =
                    [this](unsigned) {
                        if (ticks_ >= deadline_) {
                            unit_.raise(Interrupt::machine_timer, true);
                        }
                    },
                .time_left =
                    [this](unsigned, std::optional<std::uint64_t>) {
                        ++ticks_;  // time passes while a hart sleeps
                        return std::uint64_t{1000};
                    },
                .ended = [this] { return ended_.load(); },
                .stuck =
                    [this](std::string message) {
                        message_ = std::move(message);
                        ended_ = true;
                    },
                .look_again = [] {},
                .environment_call = {}};
    }
    // Left to a supervisor whose environment calls end the machine.
    void prepare(HartUnit& unit) {
        unit.prepare_supervisor([this](HartUnit& caller) {
            caller_ = &caller;
            ended_ = true;
        });
    }
    std::uint64_t csr(Csr number) {
        return unit_.hart().csrs.read(static_cast<std::uint16_t>(number)).value();
    }
    void write_csr(Csr number, std::uint64_t value) {
        ASSERT_TRUE(unit_.hart().csrs.write(static_cast<std::uint16_t>(number), value).has_value());
    }

    std::atomic<std::uint64_t> ticks_ = 0;
    std::uint64_t deadline_ = kNoLimit;
    std::atomic<bool> ended_ = false;
    std::string message_;
    HartUnit* caller_ = nullptr;
    mem::GuestRam ram_ = mem::GuestRam::create(kEntry, 0x10000).value();
    mem::MmioBus bus_;
    engine::Handshake handshake_;
    HartUnit unit_{0, ram_, bus_, handshake_, machine()};
    HartUnit other_{1, ram_, bus_, handshake_, machine()};
};

TEST_F(HartUnitTest, FirmwaresHartStandsAtResetAndRuns) {
    EXPECT_EQ(unit_.status(), HartStatus::started);
    EXPECT_EQ(unit_.hart().csrs.privilege(), Privilege::machine);
    EXPECT_FALSE(unit_.start({kEntry, 0}));
}

TEST_F(HartUnitTest, BudgetIsExactWithinAndBeyondASlice) {
    load(TestKernel().spin());
    unit_.hart().pc = TestKernel::kBase;
    for (const std::uint64_t budget : {0U, 1U, 7U, 50'001U}) {
        const std::uint64_t before = unit_.hart().csrs.instret;
        EXPECT_TRUE(unit_.run(budget));
        EXPECT_EQ(unit_.hart().csrs.instret, before + budget);
    }
}

TEST_F(HartUnitTest, AnAuditThatFoundADifferenceEndsTheMachine) {
    load(TestKernel().spin());
    unit_.hart().pc = TestKernel::kBase;
    native::Audit audit{.difference = "found before"};
    const auto code = native::make_machine_code({});
    if (not code) {
        GTEST_SKIP() << code.error().message;
    }
    unit_.compile_hot_code(*code, {.threshold = 0, .audit = &audit});
    EXPECT_FALSE(unit_.run(kNoLimit));
    EXPECT_EQ(message_, native::kDifferenceMessage);
    EXPECT_EQ(unit_.hart().csrs.instret, 0u);
}

TEST_F(HartUnitTest, StartedHartEntersSupervisorModeWithItsNumberAndTheOpaqueValue) {
    load(TestKernel().op(Op::ecall));
    prepare(other_);
    EXPECT_EQ(other_.status(), HartStatus::stopped);
    EXPECT_TRUE(other_.start({kEntry, 42}));
    EXPECT_FALSE(other_.start({kEntry, 43}));
    EXPECT_FALSE(other_.run(kNoLimit));
    EXPECT_EQ(caller_, &other_);
    EXPECT_EQ(other_.status(), HartStatus::started);
    EXPECT_EQ(other_.hart().csrs.privilege(), Privilege::supervisor);
    EXPECT_EQ(other_.hart().csrs.satp(), 0U);
    EXPECT_EQ(other_.hart().x[kA0], 1U);
    EXPECT_EQ(other_.hart().x[kA1], 42U);
    EXPECT_EQ(other_.hart().pc, TestKernel::kBase);
}

TEST_F(HartUnitTest, StoppedHartIsStartedFromAnotherThread) {
    load(TestKernel().op(Op::ecall));
    prepare(unit_);
    std::thread starter([this] { EXPECT_TRUE(unit_.start({kEntry, 0})); });
    EXPECT_FALSE(unit_.run(kNoLimit));
    starter.join();
    EXPECT_EQ(caller_, &unit_);
}

TEST_F(HartUnitTest, WaitEndsByALineThatAnotherThreadRaises) {
    load(TestKernel().op(Op::wfi).op(Op::ebreak));
    unit_.hart().pc = TestKernel::kBase;
    write_csr(Csr::mie, 1 << 3);
    std::thread device([this] { unit_.raise(Interrupt::machine_software, true); });
    EXPECT_FALSE(unit_.run(kNoLimit));  // the breakpoint has no handler
    device.join();
    EXPECT_EQ(csr(Csr::mepc), 0U);
    EXPECT_EQ(unit_.hart().csrs.instret, 1U);
    EXPECT_THAT(message_, HasSubstr("hart 0: the trap handler itself traps"));
}

TEST_F(HartUnitTest, WaitEndsWhenTheDeadlineHasCome) {
    load(TestKernel().op(Op::wfi).op(Op::ebreak));
    unit_.hart().pc = TestKernel::kBase;
    write_csr(Csr::mie, 1 << 7);
    deadline_ = 3;
    EXPECT_FALSE(unit_.run(kNoLimit));
    EXPECT_GE(ticks_.load(), 3U);
    EXPECT_EQ(csr(Csr::mip), std::uint64_t{1} << 7);
}

TEST_F(HartUnitTest, WaitEndsByTheHartsOwnComparison) {
    load(TestKernel().op(Op::wfi).op(Op::ecall));
    prepare(unit_);
    write_csr(Csr::stimecmp, 5);
    write_csr(Csr::mie, 1 << 5);
    ASSERT_TRUE(unit_.start({kEntry, 0}));
    EXPECT_FALSE(unit_.run(kNoLimit));
    EXPECT_GE(ticks_.load(), 5U);
    EXPECT_EQ(unit_.hart().pc, TestKernel::kBase + 4);
}

// Once raised, the line calls the hart no more: the instructions go on retiring.
TEST_F(HartUnitTest, LineThatStandsAndIsNotEnabledHoldsNobodyUp) {
    load(TestKernel().spin());
    unit_.hart().pc = TestKernel::kBase;
    deadline_ = 0;
    EXPECT_TRUE(unit_.run(100'000));
    EXPECT_EQ(unit_.hart().csrs.instret, 100'000U);
}

TEST_F(HartUnitTest, InterruptEntersTheHandlerBeforeTheNextInstruction) {
    load(TestKernel().spin());
    unit_.hart().pc = TestKernel::kBase;
    write_csr(Csr::mtvec, TestKernel::kBase);
    write_csr(Csr::mie, 1 << 11);
    write_csr(Csr::mstatus, 1 << 3);
    unit_.raise(Interrupt::machine_external, true);
    EXPECT_TRUE(unit_.run(1));
    EXPECT_EQ(csr(Csr::mcause), std::uint64_t{1} << 63 | 11);
    EXPECT_EQ(csr(Csr::mepc), TestKernel::kBase);
    EXPECT_EQ(unit_.hart().csrs.instret, 1U);
}

TEST_F(HartUnitTest, TrapThatOnlyFirmwareCouldHandleIsReported) {
    load(TestKernel().word(0xffff'ffff));
    prepare(unit_);
    write_csr(Csr::medeleg, 0);
    ASSERT_TRUE(unit_.start({kEntry, 0}));
    EXPECT_FALSE(unit_.run(kNoLimit));
    EXPECT_EQ(message_,
              "hart 0: a trap that only firmware could handle: illegal instruction (2), value 0xffffffff, at "
              "0x80000000");
}

TEST_F(HartUnitTest, StoppingTakesEffectAfterTheCall) {
    load(TestKernel().op(Op::ecall));
    unit_.prepare_supervisor([this](HartUnit& caller) {
        caller.hart().pc += 4;
        caller.stop();
        EXPECT_EQ(caller.status(), HartStatus::stop_pending);
        EXPECT_FALSE(caller.start({kEntry, 0}));
        ended_ = true;
    });
    ASSERT_TRUE(unit_.start({kEntry, 0}));
    EXPECT_FALSE(unit_.run(kNoLimit));
    ended_ = false;
    std::thread ender([this] {
        while (unit_.status() != HartStatus::stopped) {
            std::this_thread::yield();
        }
        ended_ = true;
        unit_.look_again();
    });
    EXPECT_FALSE(unit_.run(kNoLimit));
    ender.join();
    EXPECT_TRUE(unit_.start({kEntry, 0}));
}

TEST_F(HartUnitTest, SuspensionThatForgetsRegistersEndsAtItsEntryByAnEnabledInterrupt) {
    load(TestKernel().op(Op::ecall).op(Op::ecall));
    unit_.prepare_supervisor([this](HartUnit& caller) {
        if (caller.hart().pc == TestKernel::kBase) {
            caller.suspend(HartSuspend::non_retentive, {kEntry + 4, 9});
        } else {
            ended_ = true;
        }
    });
    write_csr(Csr::mie, 1 << 1);
    ASSERT_TRUE(unit_.start({kEntry, 0}));
    unit_.raise(Interrupt::supervisor_software, true);
    EXPECT_FALSE(unit_.run(kNoLimit));
    EXPECT_EQ(unit_.hart().pc, TestKernel::kBase + 4);
    EXPECT_EQ(unit_.hart().x[kA1], 9U);
}

// The other hart loads from page 1, which a large page of its table maps to RAM, until the table says no
// more.
TEST_F(HartUnitTest, FenceOnAHartThatIsAwayMakesItForgetTranslations) {
    using Fence = RemoteFence::Kind;
    constexpr mem::PhysAddr kTable = kEntry + 0x2000;
    constexpr std::uint64_t kRam = 0x8'0000 << 10 | 0xcf;  // V, R, W, X, A, D
    constexpr std::uint64_t kSv39 = std::uint64_t{8} << 60 | raw(kTable) >> mem::kPageShift;
    constexpr std::uint64_t kLoadPageFault = 13;
    load(TestKernel().op(Op::ld, kT0, kA1).jump(TestKernel::kBase).at(TestKernel::kHandler).spin());
    ASSERT_TRUE(ram_.write<std::uint64_t>(kTable + 16, kRam));  // for the code
    prepare(other_);
    ASSERT_TRUE(other_.start({kEntry, 0x1000}));
    EXPECT_TRUE(other_.run(0));  // enters supervisor mode
    const auto write_other = [this](Csr number, std::uint64_t value) {
        ASSERT_TRUE(other_.hart().csrs.write(static_cast<std::uint16_t>(number), value).has_value());
    };
    write_other(Csr::stvec, TestKernel::kHandler);
    write_other(Csr::satp, kSv39);
    for (const RemoteFence& fence :
         {RemoteFence{.kind = Fence::address_translation}, RemoteFence{.kind = Fence::address_space},
          RemoteFence{.kind = Fence::address_translation, .address = 0xfff, .size = 2},
          RemoteFence{.kind = Fence::address_space, .address = 0x1000, .size = 1}}) {
        ASSERT_TRUE(ram_.write(kTable, kRam));
        other_.hart().pc = TestKernel::kBase;
        EXPECT_TRUE(other_.run(2));
        EXPECT_EQ(other_.hart().pc, TestKernel::kBase);
        ASSERT_TRUE(ram_.write<std::uint64_t>(kTable, 0));
        unit_.fence_others(handshake_, 0b10, fence);
        write_other(Csr::scause, 0);
        EXPECT_TRUE(other_.run(1));
        EXPECT_EQ(other_.hart().csrs.read(static_cast<std::uint16_t>(Csr::scause)).value(), kLoadPageFault);
        EXPECT_EQ(other_.hart().csrs.read(static_cast<std::uint16_t>(Csr::stval)).value(), 0x1000U);
    }
}

// The hart's first instruction traps, and the handler's first is the call that stops it.
TEST_F(HartUnitTest, HartThatIsStartedAgainMayTrapAsItDidBefore) {
    load(TestKernel().word(0).at(TestKernel::kHandler).op(Op::ecall));
    unsigned calls = 0;
    unit_.prepare_supervisor([&](HartUnit& caller) {
        caller.hart().pc += 4;
        caller.stop();
        if (++calls == 3) {
            ended_ = true;
        }
    });
    write_csr(Csr::stvec, TestKernel::kHandler);
    ASSERT_TRUE(unit_.start({kEntry, 0}));
    std::thread starter([&] {
        while (not ended_) {
            unit_.start({kEntry, 0});
            std::this_thread::yield();
        }
    });
    EXPECT_FALSE(unit_.run(kNoLimit));
    starter.join();
    EXPECT_EQ(calls, 3U);
    EXPECT_EQ(message_, "");
}

// Each hart stores to the page that the other one has decoded.
TEST_F(HartUnitTest, HartsThatShareMemoryTellOneAnotherOfCode) {
    unit_.share_code(handshake_);
    other_.share_code(handshake_);
    TestKernel kernel;
    kernel.li(kT0, 1000);
    const std::uint64_t again = kernel.here();
    kernel.op(Op::sd, 0, kA0, kT0).op(Op::fence_i).op(Op::addi, kT0, kT0, 0, -1);
    kernel.branch(Op::bne, kT0, kZero, again).spin();
    load(kernel);
    for (HartUnit* unit : {&unit_, &other_}) {
        unit->hart().pc = TestKernel::kBase;
        unit->hart().x[kA0] = TestKernel::kBase + 0x800 + 8 * unit->number();
    }
    std::thread second([this] { EXPECT_TRUE(other_.run(10'000)); });
    EXPECT_TRUE(unit_.run(10'000));
    second.join();
    EXPECT_EQ(*ram_.read<std::uint64_t>(kEntry + 0x800), 1U);
    EXPECT_EQ(*ram_.read<std::uint64_t>(kEntry + 0x808), 1U);
}

}  // namespace
}  // namespace vm::machine
