#include "harness/model/run.h"

#include <gtest/gtest.h>

namespace harness::model {
namespace {

TEST(Run, StatusAndProfileReadBackWhatTheyWrite) {
    EXPECT_EQ(*parse_run_status(to_string(RunStatus::interrupted)), RunStatus::interrupted);
    EXPECT_EQ(*parse_profile(to_string(Profile::full)), Profile::full);
}

TEST(Run, UnknownStatusNamesTheKnownOnes) {
    EXPECT_EQ(parse_run_status("done").error().message,
              "unknown run status 'done' (known: running, complete, interrupted, failed)");
}

TEST(Benchmark, TakesItsIdFromSuiteAndCase) {
    Case from{"read/4", 2, {{"time", "ns", Direction::lower}}, {"quick"}, {}, TimeSource::real};
    const Benchmark benchmark = make_benchmark("memory_sizes", from);
    EXPECT_EQ(benchmark.id, "memory_sizes/read/4");
    EXPECT_EQ(benchmark.case_id, "read/4");
    EXPECT_EQ(benchmark.definition_version, 2);
    EXPECT_EQ(benchmark.time_source, TimeSource::real);
    EXPECT_EQ(benchmark.metrics, from.metrics);
}

TEST(Benchmark, IsAReferenceByItsTag) {
    Benchmark benchmark;
    EXPECT_FALSE(benchmark.is_reference());
    benchmark.tags = {"quick", "reference"};
    EXPECT_TRUE(benchmark.is_reference());
}

}  // namespace
}  // namespace harness::model
