// A hart with a debugger that holds it.

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "vm/machine/hart_unit.h"
#include "vm/machine/test_kernel.h"

namespace vm::machine {
namespace {

using debug::BreakpointKind;
using debug::Stop;
using guest::riscv::Csr;
using guest::riscv::Interrupt;
using testing::kA0;
using testing::kT0;
using testing::kZero;
using testing::TestKernel;
using Kind = debug::ThreadAction::Kind;
using Op = guest::riscv::Opcode;

constexpr mem::PhysAddr kEntry{TestKernel::kBase};
constexpr Stop kStepped{.thread = thread_of(0), .signal = SIGTRAP};
constexpr Stop kInterrupted{.thread = thread_of(0), .signal = SIGINT};

class HartUnitDebug : public ::testing::Test {
  protected:
    ~HartUnitDebug() override {
        ended_ = true;
        unit_.look_again();
        control_.look_again();
        thread_.join();
    }

    // The hart stands at the kernel's first instruction.
    void start(const TestKernel& kernel) {
        ASSERT_TRUE(ram_.write_bytes(kEntry, kernel.bytes()));
        unit_.hart().pc = raw(kEntry);
        unit_.obey(control_);
        thread_ = std::thread([this] { unit_.run(~std::uint64_t{0}); });
    }
    void break_at(std::uint64_t address) {
        control_.set_breakpoints({{BreakpointKind::software, address, 4}});
    }
    void watch(BreakpointKind kind, std::uint64_t address, std::uint64_t length) {
        control_.set_breakpoints({{kind, address, length}});
    }
    void change(Csr csr, std::uint64_t value) {
        ASSERT_TRUE(unit_.hart().csrs.change(static_cast<std::uint16_t>(csr), value));
    }

    void resume(Kind kind) {
        const std::vector<debug::ThreadAction> actions{{thread_of(0), kind, 0}};
        control_.resume(actions);
    }
    Stop next_stop() {
        std::unique_lock lock(mutex_);
        stopped_.wait(lock, [this] { return stop_.has_value(); });
        return *std::exchange(stop_, std::nullopt);
    }
    Stop step() {
        resume(Kind::step);
        return next_stop();
    }
    Stop go() {
        resume(Kind::go);
        return next_stop();
    }
    Stop interrupt() {
        EXPECT_TRUE(control_.stop(kInterrupted));
        unit_.look_again();
        return next_stop();
    }
    std::uint64_t pc() { return unit_.hart().pc - raw(kEntry); }

    std::atomic<bool> ended_ = false;
    std::atomic<bool> connected_ = true;
    std::mutex mutex_;
    std::condition_variable stopped_;
    std::optional<Stop> stop_;  // guarded
    mem::GuestRam ram_ = mem::GuestRam::create(kEntry, 0x10000).value();
    mem::MmioBus bus_;
    engine::Handshake handshake_;
    debug::ThreadControl control_{{[this](const Stop& stop) {
                                       const std::scoped_lock lock(mutex_);
                                       stop_ = stop;
                                       stopped_.notify_all();
                                   },
                                   [this] { return connected_.load(); }}};
    HartUnit unit_{0, ram_, bus_, handshake_, services()};
    std::thread thread_;

  private:
    HartUnit::Machine services() {
        return {.time = [] { return std::uint64_t{0}; },
                .keep_time = [](unsigned) {},
                .time_left = [](unsigned,
                                std::optional<std::uint64_t>) { return std::uint64_t{3'600'000'000'000}; },
                .ended = [this] { return ended_.load(); },
                .stuck = [this](std::string) { ended_ = true; },
                .look_again = [this] { unit_.look_again(); },
                .environment_call = {}};
    }
};

TEST_F(HartUnitDebug, StepIsOneInstruction) {
    start(TestKernel().op(Op::addi, kA0, kA0, 0, 1).op(Op::addi, kA0, kA0, 0, 1).spin());
    EXPECT_EQ(step(), kStepped);
    EXPECT_EQ(pc(), 4U);
    EXPECT_EQ(unit_.hart().x[kA0], 1U);
    EXPECT_EQ(step(), kStepped);
    EXPECT_EQ(pc(), 8U);
    EXPECT_EQ(step(), kStepped);
    EXPECT_EQ(pc(), 8U);
    EXPECT_EQ(unit_.hart().csrs.instret, 3U);
}

TEST_F(HartUnitDebug, StepOfATrapEndsAtTheHandler) {
    start(TestKernel().op(Op::ecall));
    change(Csr::mtvec, TestKernel::kHandler);
    EXPECT_EQ(step(), kStepped);
    EXPECT_EQ(unit_.hart().pc, TestKernel::kHandler);
    EXPECT_EQ(unit_.hart().csrs.instret, 0U);
}

TEST_F(HartUnitDebug, TrapThatTheDebuggerHasRepeatedIsNoHandlerThatTraps) {
    start(TestKernel().op(Op::ecall));
    change(Csr::mtvec, TestKernel::kHandler);
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(step(), kStepped);
        EXPECT_EQ(unit_.hart().pc, TestKernel::kHandler);
        unit_.hart().pc = raw(kEntry);
    }
    EXPECT_FALSE(ended_.load());
}

TEST_F(HartUnitDebug, StepTakesNoInterruptAndDoesNotWaitForOne) {
    start(TestKernel().op(Op::wfi).op(Op::addi, kA0, kA0, 0, 1).spin());
    EXPECT_EQ(step(), kStepped);
    EXPECT_EQ(pc(), 4U);
    change(Csr::mtvec, TestKernel::kHandler);
    change(Csr::mie, 1 << 3);
    change(Csr::mstatus, 1 << 3);
    unit_.raise(Interrupt::machine_software, true);
    EXPECT_EQ(step(), kStepped);
    EXPECT_EQ(pc(), 8U);
}

TEST_F(HartUnitDebug, BreakpointStopsBeforeItsInstruction) {
    start(TestKernel().op(Op::addi, kA0, kA0, 0, 1).op(Op::addi, kA0, kA0, 0, 1).jump(raw(kEntry)));
    break_at(raw(kEntry) + 4);
    EXPECT_EQ(go(), debug::breakpoint_stop(thread_of(0), Stop::Reason::software_breakpoint));
    EXPECT_EQ(pc(), 4U);
    EXPECT_EQ(unit_.hart().x[kA0], 1U);
    EXPECT_EQ(unit_.hart().csrs.instret, 1U);
}

TEST_F(HartUnitDebug, BreakpointHoldsInCodeThatHasRunBefore) {
    start(TestKernel().op(Op::addi, kA0, kA0, 0, 1).op(Op::addi, kA0, kA0, 0, 1).jump(raw(kEntry)));
    resume(Kind::go);
    EXPECT_EQ(interrupt(), kInterrupted);
    break_at(raw(kEntry) + 8);
    EXPECT_EQ(go().reason, Stop::Reason::software_breakpoint);
    EXPECT_EQ(pc(), 8U);
    EXPECT_EQ(unit_.hart().x[kA0] % 2, 0U);
}

TEST_F(HartUnitDebug, BreakpointWhereTheHartStandsStopsItUntilItIsTakenOut) {
    start(TestKernel().op(Op::addi, kA0, kA0, 0, 1).spin());
    break_at(raw(kEntry));
    EXPECT_EQ(go().reason, Stop::Reason::software_breakpoint);
    EXPECT_EQ(step().reason, Stop::Reason::software_breakpoint);
    EXPECT_EQ(pc(), 0U);
    control_.set_breakpoints({});
    EXPECT_EQ(step(), kStepped);
    EXPECT_EQ(pc(), 4U);
}

TEST_F(HartUnitDebug, WatchedStoreIsMadeAndStopsTheHartBehindIt) {
    start(TestKernel()
              .la(kT0, TestKernel::kData)
              .op(Op::addi, kA0, kZero, 0, 7)
              .op(Op::sd, 0, kT0, kA0, 8)
              .spin());
    watch(BreakpointKind::write_watch, TestKernel::kData + 12, 1);
    EXPECT_EQ(go(), debug::watch_stop(thread_of(0), BreakpointKind::write_watch, TestKernel::kData + 12));
    EXPECT_EQ(pc(), 16U);
    EXPECT_EQ(*ram_.read<std::uint64_t>(mem::PhysAddr{TestKernel::kData + 8}), 7U);
}

TEST_F(HartUnitDebug, AccessesBesideTheWatchedDataStopNobody) {
    start(TestKernel()
              .la(kT0, TestKernel::kData)
              .op(Op::sd, 0, kT0, kA0, 0)
              .op(Op::ld, kA0, kT0, 0, 8)
              .op(Op::sd, 0, kT0, kA0, 16)
              .spin());
    watch(BreakpointKind::write_watch, TestKernel::kData + 8, 8);
    resume(Kind::go);
    EXPECT_EQ(interrupt(), kInterrupted);
}

TEST_F(HartUnitDebug, ReadIsWatched) {
    start(
        TestKernel().la(kT0, TestKernel::kData).op(Op::sd, 0, kT0, kA0, 0).op(Op::lw, kA0, kT0, 0, 4).spin());
    watch(BreakpointKind::read_watch, TestKernel::kData, 8);
    EXPECT_EQ(go(), debug::watch_stop(thread_of(0), BreakpointKind::read_watch, TestKernel::kData + 4));
    EXPECT_EQ(pc(), 16U);
}

TEST_F(HartUnitDebug, AtomicInstructionReadsAndWrites) {
    start(TestKernel()
              .la(kT0, TestKernel::kData)
              .op(Op::amoadd_d, kA0, kT0, kT0)
              .op(Op::amoadd_d, kA0, kT0, kT0)
              .spin());
    watch(BreakpointKind::access_watch, TestKernel::kData, 8);
    EXPECT_EQ(go(), debug::watch_stop(thread_of(0), BreakpointKind::access_watch, TestKernel::kData));
    EXPECT_EQ(pc(), 12U);
    watch(BreakpointKind::read_watch, TestKernel::kData, 8);
    EXPECT_EQ(go(), debug::watch_stop(thread_of(0), BreakpointKind::read_watch, TestKernel::kData));
    EXPECT_EQ(pc(), 16U);
    EXPECT_EQ(*ram_.read<std::uint64_t>(mem::PhysAddr{TestKernel::kData}), 2 * TestKernel::kData);
}

TEST_F(HartUnitDebug, EbreakIsShownAndThenTheGuestsOwn) {
    TestKernel kernel;
    kernel.op(Op::ebreak).at(TestKernel::kHandler).spin();
    start(kernel);
    change(Csr::mtvec, TestKernel::kHandler);
    EXPECT_EQ(go(), kStepped);
    EXPECT_EQ(pc(), 0U);
    break_at(TestKernel::kHandler);
    EXPECT_EQ(go().reason, Stop::Reason::software_breakpoint);
    EXPECT_EQ(unit_.hart().pc, TestKernel::kHandler);
}

TEST_F(HartUnitDebug, EbreakWithNobodyConnectedIsTheGuestsOwn) {
    TestKernel kernel;
    kernel.op(Op::ebreak).at(TestKernel::kHandler).spin();
    connected_ = false;
    start(kernel);
    change(Csr::mtvec, TestKernel::kHandler);
    break_at(TestKernel::kHandler);
    EXPECT_EQ(go().reason, Stop::Reason::software_breakpoint);
    EXPECT_EQ(unit_.hart().pc, TestKernel::kHandler);
}

TEST_F(HartUnitDebug, SleepingHartIsStopped) {
    start(TestKernel().op(Op::wfi).spin());
    resume(Kind::go);
    EXPECT_EQ(interrupt(), kInterrupted);
    EXPECT_LE(pc(), 4U);
}

}  // namespace
}  // namespace vm::machine
