#include "vm/cli/run_statistics.h"

#include <gtest/gtest.h>

namespace vm::cli {
namespace {

TEST(RunStatistics, ShowsCountTimeAndRate) {
    EXPECT_EQ(run_statistics(1'000'000, std::chrono::milliseconds(10)),
              "1000000 instructions in 0.010000 s, 100.0 M instructions/s");
}

TEST(RunStatistics, ShowsTheShareThatWasCompiledWhereThereIsACompiler) {
    EXPECT_EQ(run_statistics(1000, std::chrono::milliseconds(1), 973),
              "1000 instructions in 0.001000 s, 1.0 M instructions/s, 97.3 % compiled");
    EXPECT_EQ(run_statistics(0, std::chrono::nanoseconds(0), 0),
              "0 instructions in 0.000000 s, 0.0 M instructions/s");
}

TEST(RunStatistics, RunWithoutDurationHasNoRate) {
    EXPECT_EQ(run_statistics(5, std::chrono::nanoseconds(0)),
              "5 instructions in 0.000000 s, 0.0 M instructions/s");
}

}  // namespace
}  // namespace vm::cli
