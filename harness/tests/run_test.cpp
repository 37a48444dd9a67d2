#include <csignal>
#include <fstream>
#include <sys/wait.h>

#include <gmock/gmock.h>
#include <unistd.h>

#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

class Run : public Bench {
  protected:
    // Starts vmbench, waits until `finished` processes are stored, sends the signal, and waits for the end.
    int interrupt_after(int finished, int signal) {
        // The first run makes the store, so that it can be asked from the start.
        measure("steady");
        const pid_t child = fork();
        if (child == 0) {
            setenv("VMBENCH_DB", database_.c_str(), 1);
            setenv("VMBENCH_SUITE_DIR", (folder_ / "suites").c_str(), 1);
            setenv("FAKE_CASES", "slow", 1);
            execl(VMBENCH, VMBENCH, "run", "--full", "--benchmark_min_time=0.01", nullptr);
            _exit(127);
        }
        const std::string count =
            "SELECT count(*) FROM process JOIN run ON run.id = run_id WHERE benchmark = 'fake/slow'";
        while (std::stoi(query(count)) < finished) usleep(5'000);
        kill(child, signal);
        int status = 0;
        waitpid(child, &status, 0);
        return status;
    }
};

TEST_F(Run, StoresEverySampleOfSixProcesses) {
    const Printed run = measure("steady,other", {"--seed", "7"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("complete: 12 processes, seed 7"));
    EXPECT_EQ(query("SELECT count(*) FROM sample"), "12");
    EXPECT_EQ(query("SELECT count(*) FROM process WHERE benchmark = 'fake/steady'"), "6");
    EXPECT_EQ(query("SELECT status FROM run"), "complete");
    EXPECT_EQ(query("SELECT revision || compiler || flags FROM build"), "abc123fake 1-O0");
    EXPECT_EQ(query("SELECT length(program_hash) FROM build"), "32");
}

TEST_F(Run, FullTakesTwelve) {
    EXPECT_EQ(measure("steady", {"--full"}).code, 0);
    EXPECT_EQ(query("SELECT count(*) FROM process"), "12");
    EXPECT_EQ(query("SELECT profile FROM run"), "full");
}

TEST_F(Run, ReportsWhatMisbehavesByNameAndMeasuresTheRest) {
    const Printed run = measure("steady,crash,hang,liar_json,liar_name,liar_exit,wrong");
    EXPECT_EQ(run.code, 3);
    EXPECT_THAT(run.err, HasSubstr("failed: fake/crash: crashed: Segmentation fault"));
    EXPECT_THAT(run.err, HasSubstr("failed: fake/hang: hung: not finished after 1 s"));
    EXPECT_THAT(run.err, HasSubstr("failed: fake/liar_json: its output is not JSON"));
    EXPECT_THAT(run.err, HasSubstr("failed: fake/liar_name: it measured 'another' instead"));
    EXPECT_THAT(run.err, HasSubstr("failed: fake/liar_exit: exited with 1"));
    EXPECT_THAT(run.err, HasSubstr("failed: fake/wrong: sum is 3, not 4"));
    EXPECT_THAT(run.out, HasSubstr("6 benchmarks failed"));
    EXPECT_EQ(query("SELECT status FROM run"), "complete");
    EXPECT_EQ(query("SELECT count(*) FROM sample"), "6");
    EXPECT_EQ(query("SELECT count(*) FROM process WHERE error <> ''"), "6");
}

TEST_F(Run, ASuiteThatCannotDescribeItselfIsNamed) {
    const Printed run = measure("steady", {}, {"FAKE_DESCRIBE=crash"});
    EXPECT_EQ(run.code, 3);
    EXPECT_THAT(run.err, HasSubstr("--describe' crashed (Segmentation fault)"));
}

TEST_F(Run, ReplaysTheOrderOfASeed) {
    measure("a,b,c,d", {"--seed", "5"});
    measure("a,b,c,d", {"--seed", "5"});
    const std::string orders =
        "SELECT count(DISTINCT o) FROM (SELECT group_concat(benchmark) AS o FROM "
        "(SELECT * FROM process ORDER BY run_id, position) GROUP BY run_id)";
    EXPECT_EQ(query("SELECT count(*) FROM run"), "2");
    EXPECT_EQ(query(orders), "1");
}

TEST_F(Run, TakesWhatSuiteTagAndFilterSelect) {
    add_suite("second");
    EXPECT_EQ(measure("steady,other", {"second", "--filter", "/st", "--tag", "quick"}).code, 0);
    EXPECT_EQ(query("SELECT group_concat(DISTINCT benchmark) FROM process"), "second/steady");
}

TEST_F(Run, StaysWithinItsBudget) {
    const Printed run = vmbench({"run", "--budget", "3s"}, {"FAKE_CASES=steady,other,third"});
    EXPECT_EQ(run.code, 0);
    EXPECT_LT(std::stoll(query("SELECT finished_ns - started_ns FROM run")), 4'000'000'000);
}

TEST_F(Run, SaysHowLongItTakesWhenTheBudgetCannotBeMet) {
    const Printed run = vmbench({"run", "--budget", "100ms"}, {"FAKE_CASES=slow"});
    EXPECT_EQ(run.code, 0);
    EXPECT_THAT(run.err, HasSubstr("the budget of 0.1s cannot be met"));
    EXPECT_EQ(query("SELECT count(*) FROM process"), "6");
}

TEST_F(Run, WritesPlainLinesWhereThereIsNoTerminal) {
    const Printed run = measure("steady");
    EXPECT_THAT(run.err, HasSubstr("round 6 of 6 done: 6 of 6 processes"));
    EXPECT_THAT(run.err, Not(HasSubstr("\x1b")));
}

TEST_F(Run, KilledLeavesAStoreThatOpensWithWhatWasFinished) {
    const int status = interrupt_after(2, SIGKILL);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(query("SELECT status FROM run WHERE profile = 'full'"), "running");
    const Printed runs = vmbench({"runs"});
    EXPECT_EQ(runs.code, 0);
    EXPECT_THAT(runs.out, HasSubstr("of 12 processes)"));
    EXPECT_EQ(query("SELECT status FROM run WHERE profile = 'full'"), "interrupted");
    EXPECT_GE(std::stoi(query("SELECT count(*) FROM sample JOIN process ON process.id = process_id WHERE "
                              "benchmark = 'fake/slow'")),
              2);
}

TEST_F(Run, InterruptedKeepsWhatWasFinishedAndSaysSo) {
    const int status = interrupt_after(2, SIGINT);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 3);
    EXPECT_EQ(query("SELECT status FROM run WHERE profile = 'full'"), "interrupted");
    EXPECT_LT(std::stoi(query("SELECT count(*) FROM process WHERE benchmark = 'fake/slow'")), 12);
}

TEST_F(Run, ARunningRunIsLeftAloneByOthers) {
    measure("steady");
    const pid_t child = fork();
    if (child == 0) {
        setenv("VMBENCH_DB", database_.c_str(), 1);
        setenv("VMBENCH_SUITE_DIR", (folder_ / "suites").c_str(), 1);
        setenv("FAKE_CASES", "slow", 1);
        execl(VMBENCH, VMBENCH, "run", "--full", "--benchmark_min_time=0.01", nullptr);
        _exit(127);
    }
    while (query("SELECT count(*) FROM process WHERE benchmark = 'fake/slow'") == "0") usleep(5'000);
    EXPECT_THAT(vmbench({"runs"}).out, HasSubstr("running"));
    kill(child, SIGINT);
    waitpid(child, nullptr, 0);
}

TEST_F(Run, SavesItselfAsABaseline) {
    const Printed run = measure("steady", {"--save-baseline", "main"});
    EXPECT_EQ(run.code, 0);
    EXPECT_THAT(run.out, HasSubstr("baseline main is run "));
    EXPECT_THAT(vmbench({"baselines"}).out, testing::StartsWith("main  "));
}

TEST_F(Run, PassesGoogleBenchmarksFlagsOnButKeepsItsOwn) {
    EXPECT_EQ(measure("steady", {"--benchmark_repetitions=1"}).code, 0);
    const Printed refused = vmbench({"run", "--benchmark_out=x.json"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("'--benchmark_out' cannot be passed on"));
    EXPECT_EQ(vmbench({"run", "--benchmark_min_time"}).code, 2);
    EXPECT_EQ(vmbench({"list", "--benchmark_repetitions=1"}).code, 2);
}

}  // namespace
}  // namespace harness::tests
