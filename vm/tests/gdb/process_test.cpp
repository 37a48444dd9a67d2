// gdb and processes of the built vm, end to end.

#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/tests/gdb/gdb_fixture.h"

namespace vm::tests {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class GdbProcess : public GdbTest {
  protected:
    // The program does what its argument says.
    std::string run_gdb(const std::string& what, const std::vector<std::string>& commands) {
        start({"user", "--gdb", "0", guest_program("process"), what});
        return GdbTest::run_gdb("process", commands);
    }
};

// gdb's Ctrl-C as soon as the process runs, once.
constexpr const char* kInterruptAtOnce =
    R"py(python exec("def once(event):\n gdb.events.cont.disconnect(once)\n)py"
    R"py( gdb.post_event(lambda: gdb.execute('interrupt'))\ngdb.events.cont.connect(once)"))py";

TEST_F(GdbProcess, WaitsBeforeItsFirstInstructionAndIsKilledWithGdb) {
    const std::string text = run_gdb("count", {"info threads", "info symbol $pc"});
    EXPECT_THAT(vm_->first_line(), HasSubstr("vm: waiting for a debugger on 127.0.0.1:"));
    EXPECT_THAT(text, HasSubstr("_start in section .text"));
    EXPECT_THAT(text, ContainsRegex("Thread [0-9]+ "));
    EXPECT_EQ(vm_->wait(), 128 + SIGKILL);
}

TEST_F(GdbProcess, BreakpointsStopAtFunctionsWithTheirArguments) {
    const std::string text = run_gdb("count", {"break store", "continue", "backtrace", "print value",
                                               "finish", "print counter", "delete", "continue"});
    EXPECT_THAT(text, HasSubstr("Breakpoint 1, store (value=1)"));
    EXPECT_THAT(text, ContainsRegex("#1 .* in main \\(count=2"));
    EXPECT_THAT(text, HasSubstr("$1 = 1"));
    EXPECT_THAT(text, HasSubstr("$2 = 1"));
    EXPECT_THAT(text, HasSubstr("exited with code 07"));
    EXPECT_EQ(vm_->wait(), 7);
}

TEST_F(GdbProcess, StepsGoOnBySourceLinesAndInstructions) {
    const std::string text = run_gdb("count", {"hbreak store", "continue", "next", "step", "stepi",
                                               "print $pc != 0", "print counter", "kill"});
    EXPECT_THAT(text, HasSubstr("main (count=2"));
    EXPECT_THAT(text, HasSubstr("$2 = 1"));
    EXPECT_THAT(text, Not(HasSubstr("Cannot")));
}

TEST_F(GdbProcess, RegistersMemoryAndFunctionsAreAtHand) {
    const std::string text =
        run_gdb("count", {"break store", "continue", "set var value = 50", "delete", "finish",
                          "print counter", "call store(60)", "print counter", "print $a7 == $x17",
                          "set var $a0 = 1", "print $a0", "info auxv", "kill"});
    EXPECT_THAT(text, HasSubstr("$1 = 50"));
    EXPECT_THAT(text, HasSubstr("$2 = 60"));
    EXPECT_THAT(text, HasSubstr("$4 = 1"));
    EXPECT_THAT(text, HasSubstr("AT_ENTRY"));
}

TEST_F(GdbProcess, WatchpointShowsOldAndNewValue) {
    const std::string text =
        run_gdb("count", {"watch counter", "continue", "continue", "delete", "continue"});
    EXPECT_THAT(text, HasSubstr("Hardware watchpoint 1"));
    EXPECT_THAT(text, HasSubstr("Old value = 0\nNew value = 1"));
    EXPECT_THAT(text, HasSubstr("Old value = 1\nNew value = 2"));
    EXPECT_EQ(vm_->wait(), 7);
}

TEST_F(GdbProcess, InterruptEndsALoop) {
    const std::string text =
        run_gdb("loop", {"tbreak store", "continue", kInterruptAtOnce, "continue", "print counter >= 0"});
    EXPECT_THAT(text, HasSubstr("received signal SIGINT"));
    EXPECT_THAT(text, HasSubstr("$1 = 1"));
}

TEST_F(GdbProcess, InterruptEndsAWaitInTheKernelWhichGoesOn) {
    const std::string text =
        run_gdb("wait", {"tbreak pause", "continue", kInterruptAtOnce, "continue", "backtrace", "detach"});
    EXPECT_THAT(text, HasSubstr("received signal SIGINT"));
    EXPECT_THAT(text, ContainsRegex("#1 .* in main"));
    EXPECT_THAT(text, HasSubstr("detached"));
}

TEST_F(GdbProcess, ThreadsComeAndGo) {
    const std::string text = run_gdb("thread", {"break store", "continue", "info threads",
                                                "thread apply all backtrace 1", "step", "continue"});
    EXPECT_THAT(text, HasSubstr("New Thread"));
    EXPECT_THAT(text, ContainsRegex("Thread 2 .* hit Breakpoint 1, store \\(value=5\\)"));
    EXPECT_THAT(text, HasSubstr("Thread 1 (Thread"));
    EXPECT_THAT(text, HasSubstr("exited normally"));
    EXPECT_EQ(vm_->wait(), 0);
}

TEST_F(GdbProcess, SignalIsShownAndPassedOn) {
    const std::string text = run_gdb("signal", {"continue", "print caught", "continue"});
    EXPECT_THAT(text, HasSubstr("received signal SIGUSR1"));
    EXPECT_THAT(text, HasSubstr("$1 = 0"));
    EXPECT_THAT(text, HasSubstr("exited with code 012"));
    EXPECT_EQ(vm_->wait(), SIGUSR1);
}

TEST_F(GdbProcess, SignalThatGdbKeepsBackIsNotDelivered) {
    const std::string text = run_gdb("signal", {"handle SIGUSR1 nopass", "continue", "continue"});
    EXPECT_THAT(text, HasSubstr("received signal SIGUSR1"));
    EXPECT_THAT(text, HasSubstr("exited normally"));
}

TEST_F(GdbProcess, CrashIsSeenWhereItHappensAndAsTheEnd) {
    const std::string text = run_gdb("crash", {"continue", "backtrace", "continue"});
    EXPECT_THAT(text, HasSubstr("received signal SIGSEGV"));
    EXPECT_THAT(text, HasSubstr("#0"));
    EXPECT_THAT(text, HasSubstr("Program terminated with signal SIGSEGV"));
    EXPECT_EQ(vm_->wait(), 128 + SIGSEGV);
}

}  // namespace
}  // namespace vm::tests
