#include "vm/cli/run_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(RunStatistics, ShowsCountTimeAndRate) {
    EXPECT_THAT(
        run_statistics({.instructions = 1'000'000, .elapsed = std::chrono::milliseconds(10)}, nullptr),
        ElementsAre("1000000 instructions in 0.010000 s, 100.0 M instructions/s"));
}

TEST(RunStatistics, ShowsTheShareThatWasCompiledAndTheCompilerWhereThereIsOne) {
    const native::Observation observation({});
    native::Counts compilers;
    compilers.retired = 973;
    const auto lines = run_statistics(
        {.instructions = 1000, .elapsed = std::chrono::milliseconds(1), .compilers = compilers},
        &observation);
    ASSERT_THAT(lines, SizeIs(3));
    EXPECT_EQ(lines[0], "1000 instructions in 0.001000 s, 1.0 M instructions/s, 97.3 % compiled");
    EXPECT_THAT(lines[1], StartsWith("compiled 0 blocks"));
    EXPECT_THAT(run_statistics({}, &observation),
                ElementsAre("0 instructions in 0.000000 s, 0.0 M instructions/s"));
}

TEST(RunStatistics, RunWithoutDurationHasNoRate) {
    EXPECT_THAT(run_statistics({.instructions = 5}, nullptr),
                ElementsAre("5 instructions in 0.000000 s, 0.0 M instructions/s"));
}

}  // namespace
}  // namespace vm::cli
