#include "harness/run/child.h"

#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

namespace harness::run {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

Interrupts interrupts() { return std::move(Interrupts::create().value()); }

Command shell(const std::string& script) {
    Command command;
    command.arguments = {"/bin/sh", "-c", script};
    return command;
}

// Whether the process is gone or a zombie within a few seconds: a signal is not delivered at once.
bool ends_soon(pid_t pid) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (std::chrono::steady_clock::now() < end) {
        std::ifstream file(fmt::format("/proc/{}/stat", pid));
        std::string text;
        std::getline(file, text);
        if (text.empty() || text.find(") Z") != std::string::npos) return true;
    }
    return false;
}

TEST(RunChild, KeepsOutputMessagesAndExitCode) {
    auto signals = interrupts();
    const auto report = run_child(shell("echo out; echo err >&2; exit 3"), signals).value();
    EXPECT_EQ(report.ending, Ending::exited);
    EXPECT_EQ(report.status, 3);
    EXPECT_EQ(report.output, "out\n");
    EXPECT_EQ(report.messages, "err\n");
}

TEST(RunChild, NamesTheSignalOfACrash) {
    auto signals = interrupts();
    const auto report = run_child(shell("kill -SEGV $$"), signals).value();
    EXPECT_EQ(report.ending, Ending::signalled);
    EXPECT_EQ(report.status, SIGSEGV);
}

TEST(RunChild, KillsAHangingChildAndItsChildrenAtTheLimit) {
    auto signals = interrupts();
    Command command = shell("sleep 100 & echo $!; wait");
    command.time_limit = milliseconds(200);
    const auto report = run_child(command, signals).value();
    EXPECT_EQ(report.ending, Ending::timed_out);
    EXPECT_LT(report.duration, std::chrono::seconds(10));
    const pid_t grandchild = std::stoi(report.output);
    // Killed, though whoever adopted it may not have reaped it yet.
    EXPECT_TRUE(ends_soon(grandchild));
}

TEST(RunChild, DoesNotWaitForADaemonThatHoldsThePipe) {
    auto signals = interrupts();
    const auto report = run_child(shell("sleep 100 & echo done"), signals).value();
    EXPECT_EQ(report.ending, Ending::exited);
    EXPECT_EQ(report.output, "done\n");
}

TEST(RunChild, StopsAFloodOfOutput) {
    auto signals = interrupts();
    Command command = shell("yes");
    command.output_limit = 1 << 20;
    EXPECT_EQ(run_child(command, signals).value().ending, Ending::flooded);
}

TEST(RunChild, KeepsOnlyTheEndOfManyMessages) {
    auto signals = interrupts();
    const auto report =
        run_child(shell("yes 12345678 | head -c 1000000 >&2; echo last >&2"), signals).value();
    EXPECT_EQ(report.messages.size(), 4096U);
    EXPECT_THAT(report.messages, testing::EndsWith("last\n"));
}

TEST(RunChild, CountsTheTimeOfGrandchildren) {
    auto signals = interrupts();
    const auto report =
        run_child(shell("sh -c 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done'; true"), signals).value();
    EXPECT_GT(report.user.count() + report.system.count(), 0);
    EXPECT_GT(report.max_rss_bytes, 0);
}

TEST(RunChild, PassesTheEnvironmentAndOursWins) {
    auto signals = interrupts();
    Command command = shell("echo $HOME");
    command.environment = {"HOME=elsewhere"};
    EXPECT_EQ(run_child(command, signals).value().output, "elsewhere\n");
}

TEST(RunChild, SaysWhyAProgramCannotRun) {
    auto signals = interrupts();
    Command command;
    command.arguments = {"/nonexistent/program"};
    const auto report = run_child(command, signals);
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().message, "cannot run '/nonexistent/program': No such file or directory");
}

TEST(RunChild, EndsTheChildAtAnInterrupt) {
    auto signals = interrupts();
    const auto report = run_child(shell("kill -INT $PPID; sleep 100"), signals).value();
    EXPECT_EQ(report.ending, Ending::interrupted);
    EXPECT_TRUE(signals.pending());
}

TEST(RunChild, GivesTheChildItsSignalsBack) {
    auto signals = interrupts();
    const auto report = run_child(shell("kill -TERM $$; echo survived"), signals).value();
    EXPECT_EQ(report.ending, Ending::signalled);
    EXPECT_EQ(report.status, SIGTERM);
}

TEST(RunChild, RunsOnTheChosenCpu) {
    auto signals = interrupts();
    Command command = shell("grep Cpus_allowed_list /proc/self/status");
    command.cpu = 0;
    EXPECT_THAT(run_child(command, signals).value().output, HasSubstr("\t0\n"));
}

}  // namespace
}  // namespace harness::run
