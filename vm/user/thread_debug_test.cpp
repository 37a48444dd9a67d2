// Threads with a debugger that holds them.

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <sys/syscall.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/guest/riscv/trap_cause.h"
#include "vm/user/test_guest.h"

namespace vm::user {
namespace {

using debug::BreakpointKind;
using debug::Stop;
using debug::ThreadAction;
using debug::ThreadId;
using testing::GuestOnThread;
using testing::kA0;
using testing::kRa;
using testing::kS0;
using testing::kT0;
using testing::kT1;
using testing::kZero;
using testing::TestGuest;
using Kind = debug::ThreadAction::Kind;
using Op = guest::riscv::Opcode;
namespace cause = guest::riscv::cause;

class ThreadDebug : public ::testing::Test {
  protected:
    // The process stands at its first instruction.
    void start(const TestGuest& guest) {
        guest_.emplace(guest, [this](Process& process) { process.obey({control_, {}, {}}); });
    }
    Process& process() { return guest_->process(); }
    ThreadId first() { return control_.threads().front(); }
    Thread& thread(ThreadId id) { return *process().thread(static_cast<int>(raw(id))); }
    std::uint64_t pc() { return thread(first()).hart().pc; }
    std::uint64_t x(unsigned number) { return thread(first()).hart().x[number]; }

    Stop stopped(int signal) { return debug::signal_stop(first(), signal); }
    Stop next_stop() {
        std::unique_lock lock(mutex_);
        reported_.wait(lock, [this] { return stop_.has_value(); });
        return *std::exchange(stop_, std::nullopt);
    }
    void resume(Kind kind, int signal = 0) {
        std::vector<ThreadAction> actions;
        for (const ThreadId id : control_.threads()) {
            actions.push_back({id, kind, signal});
        }
        control_.resume(actions);
    }
    Stop step(int signal = 0) {
        resume(Kind::step, signal);
        return next_stop();
    }
    Stop go(int signal = 0) {
        resume(Kind::go, signal);
        return next_stop();
    }
    Outcome run_to_end(int signal = 0) {
        resume(Kind::go, signal);
        return guest_->outcome();
    }
    Stop interrupt() {
        EXPECT_TRUE(control_.stop(stopped(SIGINT)));
        process().call_threads();
        return next_stop();
    }
    void run_until_it_waits() {
        do {
            resume(Kind::go);
            EXPECT_EQ(interrupt(), stopped(SIGINT));
        } while (thread(first()).waits_in() == nullptr);
    }
    void send(int signal) { ::syscall(SYS_tgkill, ::getpid(), raw(first()), signal); }
    void break_at(std::uint64_t address) {
        control_.set_breakpoints({{BreakpointKind::software, address, 4}});
    }
    void watch(BreakpointKind kind, std::uint64_t address, std::uint64_t length) {
        process().memory().ram().watch({{mem::PhysAddr{TestGuest::kData & ~(mem::kPageSize - 1)},
                                         mem::page::kRead | mem::page::kWrite}});
        control_.set_breakpoints({{kind, address, length}});
    }

    std::atomic<bool> connected_ = true;
    std::mutex mutex_;
    std::condition_variable reported_;
    std::optional<Stop> stop_;  // guarded
    debug::ThreadControl control_{{[this](const Stop& stop) {
                                       const std::scoped_lock lock(mutex_);
                                       stop_ = stop;
                                       reported_.notify_all();
                                   },
                                   [this] { return connected_.load(); }}};
    std::optional<GuestOnThread> guest_;
};

TEST_F(ThreadDebug, StepIsOneInstruction) {
    start(TestGuest().op(Op::addi, kS0, kZero, 0, 1).op(Op::addi, kS0, kS0, 0, 1).spin());
    EXPECT_EQ(pc(), TestGuest::kEntry);
    EXPECT_EQ(step(), stopped(SIGTRAP));
    EXPECT_EQ(pc(), TestGuest::kEntry + 4);
    EXPECT_EQ(x(kS0), 1U);
    EXPECT_EQ(step(), stopped(SIGTRAP));
    EXPECT_EQ(step(), stopped(SIGTRAP));
    EXPECT_EQ(pc(), TestGuest::kEntry + 8);
    EXPECT_EQ(process().instructions(), 3U);
}

TEST_F(ThreadDebug, StepOfASystemCallEndsBehindIt) {
    start(TestGuest().call(172).spin());  // getpid
    step();
    step();
    EXPECT_EQ(step(), stopped(SIGTRAP));
    EXPECT_EQ(pc(), TestGuest::kEntry + 12);
    EXPECT_EQ(x(kA0), static_cast<std::uint64_t>(::getpid()));
}

TEST_F(ThreadDebug, BreakpointStopsBeforeItsInstruction) {
    start(TestGuest().op(Op::addi, kS0, kS0, 0, 1).op(Op::addi, kS0, kS0, 0, 1).exit(3));
    break_at(TestGuest::kEntry + 4);
    EXPECT_EQ(go(), debug::breakpoint_stop(first(), Stop::Reason::software_breakpoint));
    EXPECT_EQ(pc(), TestGuest::kEntry + 4);
    EXPECT_EQ(x(kS0), 1U);
    EXPECT_EQ(step().reason, Stop::Reason::software_breakpoint);
    control_.set_breakpoints({});
    EXPECT_EQ(run_to_end().code, 3);
}

TEST_F(ThreadDebug, BreakpointHoldsInCodeThatHasRunBefore) {
    start(TestGuest().op(Op::addi, kS0, kS0, 0, 1).op(Op::addi, kS0, kS0, 0, 1).jump(TestGuest::kEntry));
    resume(Kind::go);
    EXPECT_EQ(interrupt(), stopped(SIGINT));
    break_at(TestGuest::kEntry + 8);
    EXPECT_EQ(go().reason, Stop::Reason::software_breakpoint);
    EXPECT_EQ(x(kS0) % 2, 0U);
}

TEST_F(ThreadDebug, WatchedStoreIsMadeAndStopsTheThreadBehindIt) {
    start(TestGuest()
              .la(kT0, TestGuest::kData)
              .op(Op::addi, kT1, kZero, 0, 7)
              .op(Op::sd, 0, kT0, kT1, 0)
              .op(Op::sd, 0, kT0, kT1, 8)
              .exit(0));
    watch(BreakpointKind::write_watch, TestGuest::kData + 12, 1);
    EXPECT_EQ(go(), debug::watch_stop(first(), BreakpointKind::write_watch, TestGuest::kData + 12));
    EXPECT_EQ(pc(), TestGuest::kEntry + 20);
    EXPECT_EQ(process().memory().get<std::uint64_t>(TestGuest::kData + 8), 7U);
    EXPECT_EQ(process().instructions(), 5U);
    EXPECT_EQ(run_to_end().code, 0);
}

TEST_F(ThreadDebug, ReadIsWatchedUntilTheWatchpointGoes) {
    start(TestGuest().la(kT0, TestGuest::kData).op(Op::lw, kT1, kT0, 0, 4).jump(TestGuest::kEntry + 8));
    watch(BreakpointKind::read_watch, TestGuest::kData, 8);
    EXPECT_EQ(go(), debug::watch_stop(first(), BreakpointKind::read_watch, TestGuest::kData + 4));
    EXPECT_EQ(pc(), TestGuest::kEntry + 12);
    EXPECT_EQ(go().reason, Stop::Reason::watchpoint);
    control_.set_breakpoints({});
    process().memory().ram().watch({});
    resume(Kind::go);
    EXPECT_EQ(interrupt(), stopped(SIGINT));
}

TEST_F(ThreadDebug, SystemCallThatWaitsIsLeftAndMadeAgain) {
    start(TestGuest().wait().exit(4));
    run_until_it_waits();
    EXPECT_STREQ(thread(first()).waits_in(), "ppoll");
    EXPECT_EQ(x(kA0), 0U);
    resume(Kind::go);
    EXPECT_EQ(interrupt(), stopped(SIGINT));
    thread(first()).hart().pc += 4;
    EXPECT_EQ(thread(first()).waits_in(), nullptr);
    EXPECT_EQ(run_to_end().code, 4);
}

TEST_F(ThreadDebug, SignalIsShownBeforeItEndsTheProgram) {
    start(TestGuest().raise(SIGUSR1).exit(4));
    EXPECT_EQ(go(), stopped(SIGUSR1));
    EXPECT_EQ(x(kA0), 0U);  // what tkill returned
    const Outcome outcome = run_to_end(SIGUSR1);
    EXPECT_EQ(outcome.kind, Outcome::Kind::killed);
    EXPECT_EQ(outcome.code, SIGUSR1);
}

TEST_F(ThreadDebug, SignalThatIsNotPassedOnIsGone) {
    start(TestGuest().raise(SIGABRT).raise(SIGUSR1).exit(4));
    EXPECT_EQ(go(), stopped(SIGABRT));
    EXPECT_EQ(go(), stopped(SIGUSR1));
    EXPECT_EQ(run_to_end().code, 4);
}

TEST_F(ThreadDebug, AnotherSignalMayTakeItsPlace) {
    start(TestGuest().raise(SIGUSR1).exit(4));
    EXPECT_EQ(go(), stopped(SIGUSR1));
    EXPECT_EQ(run_to_end(SIGTERM).code, SIGTERM);
}

TEST_F(ThreadDebug, StepWithASignalEndsAtItsHandler) {
    TestGuest guest;
    guest.handle(SIGUSR1).raise(SIGUSR1).exit(4).at(TestGuest::kHandler).exit(5);
    start(guest);
    EXPECT_EQ(go(), stopped(SIGUSR1));
    EXPECT_EQ(step(SIGUSR1), stopped(SIGTRAP));
    EXPECT_EQ(pc(), TestGuest::kHandler);
    EXPECT_EQ(x(kA0), static_cast<std::uint64_t>(SIGUSR1));
    EXPECT_EQ(run_to_end().code, 5);
}

TEST_F(ThreadDebug, DebuggerSendsASignalOfItsOwn) {
    TestGuest guest;
    guest.handle(SIGUSR2).wait().exit(4).at(TestGuest::kHandler).exit(5);
    start(guest);
    break_at(TestGuest::kEntry + 4 * 16);  // behind handle()
    EXPECT_EQ(go().reason, Stop::Reason::software_breakpoint);
    control_.set_breakpoints({});
    EXPECT_EQ(run_to_end(SIGUSR2).code, 5);
}

TEST_F(ThreadDebug, CallThatASignalInterruptedIsMadeAgainUnlessAHandlerRuns) {
    TestGuest guest;
    guest.handle(SIGUSR1).wait().exit(4).at(TestGuest::kHandler).op(Op::jalr, kZero, kRa);
    start(guest);
    run_until_it_waits();
    resume(Kind::go);
    send(SIGUSR1);
    EXPECT_EQ(next_stop(), stopped(SIGUSR1));
    run_until_it_waits();
    resume(Kind::go);
    send(SIGUSR1);
    EXPECT_EQ(next_stop(), stopped(SIGUSR1));
    EXPECT_EQ(run_to_end(SIGUSR1).code, 4);
}

TEST_F(ThreadDebug, FaultIsShownAndTheInstructionMadeAgainUnlessItIsPassedOn) {
    start(TestGuest().op(Op::ld, kT0, kZero, 0, 8).exit(4));
    EXPECT_EQ(go(), stopped(SIGSEGV));
    EXPECT_EQ(go(), stopped(SIGSEGV));
    EXPECT_EQ(pc(), TestGuest::kEntry);
    const Outcome outcome = run_to_end(SIGSEGV);
    EXPECT_EQ(outcome.code, SIGSEGV);
    ASSERT_TRUE(outcome.trap);
    EXPECT_EQ(outcome.trap->cause, cause::kLoadPage);
    EXPECT_EQ(outcome.trap->value, 8U);
}

TEST_F(ThreadDebug, WithNobodyConnectedSignalsAreTheProgramsOwn) {
    connected_ = false;
    start(TestGuest().op(Op::ebreak).exit(4));
    const Outcome outcome = run_to_end();
    EXPECT_EQ(outcome.kind, Outcome::Kind::killed);
    EXPECT_EQ(outcome.code, SIGTRAP);
}

TEST_F(ThreadDebug, DetachedThreadGetsWhatItStoppedFor) {
    start(TestGuest().raise(SIGUSR1).exit(4));
    EXPECT_EQ(go(), stopped(SIGUSR1));
    control_.resume_all();
    EXPECT_EQ(guest_->outcome().code, SIGUSR1);
}

TEST_F(ThreadDebug, NewThreadsAreStoppedToo) {
    start(TestGuest().clone().spin());
    resume(Kind::go);
    while (interrupt(), control_.threads().size() < 2) {
        resume(Kind::go);
    }
    const ThreadId other = control_.threads()[1];
    EXPECT_EQ(thread(first()).hart().x[kA0], raw(other));
    EXPECT_EQ(thread(other).hart().x[kA0], 0U);
    const std::uint64_t before = thread(first()).hart().csrs.instret;
    control_.resume(std::vector<ThreadAction>{{other, Kind::step, 0}});
    EXPECT_EQ(next_stop(), debug::signal_stop(other, SIGTRAP));
    EXPECT_EQ(thread(first()).hart().csrs.instret, before);
}

TEST_F(ThreadDebug, BreakpointsHoldForNewThreads) {
    TestGuest guest;
    guest.clone().branch(Op::bne, kA0, kZero, TestGuest::kOther).spin().at(TestGuest::kOther).spin();
    const std::uint64_t in_child = TestGuest::kEntry + 4 * 7;
    start(guest);
    break_at(in_child);
    const Stop stop = go();
    EXPECT_EQ(stop.reason, Stop::Reason::software_breakpoint);
    EXPECT_NE(stop.thread, first());
    EXPECT_EQ(thread(stop.thread).hart().pc, in_child);
}

TEST_F(ThreadDebug, ThreadThatHasEndedIsWaitedForNoLonger) {
    TestGuest guest;
    guest.clone().branch(Op::bne, kA0, kZero, TestGuest::kOther).call(93);  // exit of this thread
    guest.at(TestGuest::kOther).spin();
    start(guest);
    resume(Kind::go);
    interrupt();
    while (pc() != TestGuest::kOther or control_.threads().size() != 1) {
        resume(Kind::go);
        EXPECT_EQ(interrupt(), stopped(SIGINT));
    }
}

TEST_F(ThreadDebug, KillEndsThreadsThatStand) {
    start(TestGuest().spin());
    process().kill();
    const Outcome outcome = guest_->outcome();
    EXPECT_EQ(outcome.kind, Outcome::Kind::killed);
    EXPECT_EQ(outcome.code, SIGKILL);
}

}  // namespace
}  // namespace vm::user
