#include "suites/common/checked_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "suites/common/case.h"
#include "suites/common/slice_runner.h"

namespace suites::common {
namespace {

using harness::model::SliceAnswer;
using ::testing::AllOf;
using ::testing::HasSubstr;

// One slice of two runs of a shell script that should print "right\n".
SliceAnswer run_script(const std::string& script, CheckedRuns& runs) {
    const Case one = {.id = "one",
                      .body =
                          [&](benchmark::State& state) {
                              runs = run_and_check(state, {"/bin/sh", "-c", script}, "right\n");
                          },
                      .metrics = {time_metric()},
                      .tags = {},
                      .time_source = TimeSource::manual};
    return SliceRunner(one, 1).run({.number = 1, .iterations = 2});
}

TEST(CheckedRuns, TheirTimesAreTheChildrens) {
    CheckedRuns runs;
    const auto answer =
        run_script("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo right; echo count: $i >&2", runs);
    EXPECT_EQ(answer.error, "");
    EXPECT_EQ(answer.iterations, 2);
    EXPECT_GT(runs.seconds, 0.001);
    EXPECT_EQ(runs.messages, "count: 20000\n");
}

TEST(CheckedRuns, AWrongOutputFailsWithWhatWasPrinted) {
    CheckedRuns runs;
    EXPECT_THAT(run_script("echo wrong", runs).error, HasSubstr("exit code 0, printed 'wrong\n'"));
}

TEST(CheckedRuns, AnExitCodeFailsWithTheProgramsOwnMessage) {
    CheckedRuns runs;
    EXPECT_THAT(run_script("echo right; echo engine is not available >&2; exit 2", runs).error,
                AllOf(HasSubstr("exit code 2"), HasSubstr("engine is not available")));
}

TEST(CheckedRuns, AProgramThatCannotStartFailsTheCase) {
    const Case one = {.id = "one",
                      .body = [](benchmark::State& state) { run_and_check(state, {"/no/such/program"}, ""); },
                      .metrics = {time_metric()},
                      .tags = {},
                      .time_source = TimeSource::manual};
    EXPECT_THAT(SliceRunner(one, 1).run({.number = 1, .iterations = 1}).error, HasSubstr("/no/such/program"));
}

}  // namespace
}  // namespace suites::common
