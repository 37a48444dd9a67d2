#include "harness/report/github_action_benchmark.h"

#include <gtest/gtest.h>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(GithubActionBenchmark, TakesMetricsOfOneDirection) {
    EXPECT_EQ(*render("github-action-benchmark", testing::record(), Colour::never), R"out([
  {
    "name": "memory/raw",
    "unit": "ns",
    "value": 10.0,
    "extra": "median of 2 processes"
  },
  {
    "name": "memory/read",
    "unit": "ns",
    "value": 20.0,
    "extra": "median of 1 processes"
  }
]
)out");
    EXPECT_EQ(*render("github-action-benchmark-bigger", testing::record(), Colour::never), R"out([
  {
    "name": "memory/raw (bytes_per_second)",
    "unit": "B/s",
    "value": 2048.0,
    "extra": "median of 2 processes"
  },
  {
    "name": "memory/read (bytes_per_second)",
    "unit": "B/s",
    "value": 2048.0,
    "extra": "median of 1 processes"
  }
]
)out");
}

TEST(GithubActionBenchmark, GivesTheIntervalAsARange) {
    auto record = testing::record();
    const auto process = record.processes[0];
    for (int i = 0; i < 6; ++i) {
        record.processes.push_back(process);
        record.processes.back().id = fmt::format("more-{}", i);
        auto sample = record.samples[0];
        sample.process_id = record.processes.back().id;
        sample.value = 8 + i;
        record.samples.push_back(sample);
    }
    EXPECT_NE(render("github-action-benchmark", record, Colour::never)->find("\"range\": \"± 3\""),
              std::string::npos);
}

}  // namespace
}  // namespace harness::report
