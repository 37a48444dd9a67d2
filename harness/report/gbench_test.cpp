#include "harness/report/gbench.h"

#include <gtest/gtest.h>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(Gbench, WritesEachProcessAsARepetition) {
    EXPECT_EQ(*render("gbench", testing::record(), Colour::never), R"out({
  "context": {
    "date": "2026-02-03 04:04:05 UTC",
    "executable": "vmbench",
    "num_cpus": 2,
    "cpu_model": "Test CPU",
    "vmbench_run": "1234abcd-0000-4000-8000-000000000002",
    "vmbench_replicate": "process",
    "machine_class": "test-cpu-2c-8g-677d9f0e",
    "vmbench_failed": [
      {
        "name": "memory/read",
        "repetition_index": 1,
        "error_message": "wrong sum: 3 < 4"
      }
    ]
  },
  "benchmarks": [
    {
      "name": "memory/raw",
      "run_name": "memory/raw",
      "run_type": "iteration",
      "repetitions": 2,
      "repetition_index": 0,
      "threads": 1,
      "iterations": 100,
      "real_time": 10.0,
      "cpu_time": 10.0,
      "time_unit": "ns",
      "bytes_per_second": 2048.0
    },
    {
      "name": "memory/raw",
      "run_name": "memory/raw",
      "run_type": "iteration",
      "repetitions": 2,
      "repetition_index": 1,
      "threads": 1,
      "iterations": 100,
      "real_time": 10.0,
      "cpu_time": 10.0,
      "time_unit": "ns",
      "bytes_per_second": 2048.0
    },
    {
      "name": "memory/read",
      "run_name": "memory/read",
      "run_type": "iteration",
      "repetitions": 2,
      "repetition_index": 0,
      "threads": 1,
      "iterations": 100,
      "real_time": 20.0,
      "cpu_time": 20.0,
      "time_unit": "ns",
      "bytes_per_second": 2048.0
    }
  ]
}
)out");
}

}  // namespace
}  // namespace harness::report
