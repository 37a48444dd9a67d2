#include "harness/report/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(Json, ShowsAComparison) {
    EXPECT_EQ(json(testing::comparison()), R"out({
  "schema": "vmbench.comparison/1",
  "method": "stored",
  "baseline": "main",
  "baseline_runs": [
    "00000000-0000-4000-8000-000000000001"
  ],
  "run": "1234abcd-0000-4000-8000-000000000002",
  "head": "",
  "base_revision": "aaa111",
  "head_revision": "bbb222+dirty",
  "base_machine_class": "test-cpu-2c-8g-01234567",
  "head_machine_class": "test-cpu-2c-8g-01234567",
  "cross_machine": false,
  "refusal": "",
  "void_reason": "",
  "systemic": "",
  "counts": {
    "regressed": 1,
    "failed": 1,
    "missing": 0,
    "not comparable": 0,
    "improved": 0,
    "new": 0,
    "unchanged": 1,
    "inconclusive": 0
  },
  "overall_cost": {
    "ratio": 1.225,
    "low": 1.1,
    "high": 1.36
  },
  "groups": [],
  "notes": [
    "more runs sharpen it"
  ],
  "judge_version": "1",
  "rules_hash": "0123456789abcdef",
  "verdicts": [
    {
      "benchmark": "cpu/fib",
      "metric": "time",
      "unit": "ns",
      "direction": "lower",
      "role": "deciding",
      "verdict": "regressed",
      "effect": {
        "ratio": 1.5,
        "low": 1.25,
        "high": 1.75
      },
      "base": 1000.0,
      "head": 1500.0,
      "threshold": 0.05,
      "n_base": 6,
      "n_head": 6,
      "note": "",
      "accepted": "",
      "owner": "",
      "source": null
    },
    {
      "benchmark": "cpu/sort",
      "metric": "time",
      "unit": "ns",
      "direction": "lower",
      "role": "deciding",
      "verdict": "failed",
      "effect": null,
      "base": null,
      "head": null,
      "threshold": 0.05,
      "n_base": 0,
      "n_head": 0,
      "note": "wrong sum: 3 < 4",
      "accepted": "",
      "owner": "",
      "source": null
    },
    {
      "benchmark": "memory/raw",
      "metric": "time",
      "unit": "ns",
      "direction": "lower",
      "role": "reference",
      "verdict": "inconclusive",
      "effect": {
        "ratio": 1.0,
        "low": 0.875,
        "high": 1.125
      },
      "base": 1000.0,
      "head": 1000.0,
      "threshold": 0.05,
      "n_base": 6,
      "n_head": 6,
      "note": "",
      "accepted": "",
      "owner": "",
      "source": null
    },
    {
      "benchmark": "memory/read",
      "metric": "time",
      "unit": "ns",
      "direction": "lower",
      "role": "deciding",
      "verdict": "unchanged",
      "effect": {
        "ratio": 1.0,
        "low": 0.98,
        "high": 1.02
      },
      "base": 1000.0,
      "head": 1000.0,
      "threshold": 0.05,
      "n_base": 6,
      "n_head": 6,
      "note": "",
      "accepted": "",
      "owner": "",
      "source": null
    },
    {
      "benchmark": "memory/read",
      "metric": "bytes_per_second",
      "unit": "B/s",
      "direction": "higher",
      "role": "shown",
      "verdict": "unchanged",
      "effect": {
        "ratio": 1.0,
        "low": 0.98,
        "high": 1.02
      },
      "base": 1000.0,
      "head": 1000.0,
      "threshold": 0.05,
      "n_base": 6,
      "n_head": 6,
      "note": "",
      "accepted": "",
      "owner": "",
      "source": null
    }
  ]
}
)out");
}

TEST(Json, ShowsGroupsAndMethodOfPairs) {
    auto comparison = testing::comparison();
    comparison.method = model::Method::side_by_side;
    comparison.groups = {{"cpu", 2, {1.5, 1.25, 1.75}}};
    const auto value = nlohmann::json::parse(json(comparison));
    EXPECT_EQ(value["method"], "side by side");
    EXPECT_EQ(value["groups"][0]["group"], "cpu");
    EXPECT_EQ(value["groups"][0]["cost"]["high"], 1.75);
}

TEST(Json, ShowsWhereABenchmarkIsWritten) {
    auto comparison = testing::comparison();
    comparison.verdicts[0].source = model::SourcePlace{"suites/cpu/cases.cpp", 88};
    const auto value = nlohmann::json::parse(json(comparison));
    EXPECT_EQ(value["verdicts"][0]["source"]["file"], "suites/cpu/cases.cpp");
    EXPECT_EQ(value["verdicts"][0]["source"]["line"], 88);
}

TEST(Json, ShowsARun) {
    EXPECT_EQ(*render("json", testing::record(), Colour::never), R"out({
  "schema": "vmbench.run/1",
  "run": "1234abcd-0000-4000-8000-000000000002",
  "started_ns": 1770091445000000000,
  "finished_ns": null,
  "profile": "quick",
  "seed": 7,
  "status": "complete",
  "command_line": "",
  "harness_version": "",
  "machine": {
    "class": "test-cpu-2c-8g-677d9f0e",
    "cpu_model": "Test CPU",
    "cores": 2,
    "memory_bytes": 8589934592,
    "kernel": "6.1.0",
    "governor": "none",
    "virtualised": true,
    "numa_nodes": 1
  },
  "builds": [
    {
      "revision": "bbb222",
      "dirty": false,
      "compiler": "gcc 12",
      "flags": "-O2",
      "program_hash": "feed"
    }
  ],
  "results": [
    {
      "benchmark": "memory/raw",
      "metric": "time",
      "unit": "ns",
      "direction": "lower",
      "role": "reference",
      "median": 10.0,
      "interval": null,
      "spread": 0.0,
      "values": [
        10.0,
        10.0
      ],
      "error": ""
    },
    {
      "benchmark": "memory/raw",
      "metric": "bytes_per_second",
      "unit": "B/s",
      "direction": "higher",
      "role": "shown",
      "median": 2048.0,
      "interval": null,
      "spread": 0.0,
      "values": [
        2048.0,
        2048.0
      ],
      "error": ""
    },
    {
      "benchmark": "memory/read",
      "metric": "time",
      "unit": "ns",
      "direction": "lower",
      "role": "deciding",
      "median": 20.0,
      "interval": null,
      "spread": 0.0,
      "values": [
        20.0
      ],
      "error": "wrong sum: 3 < 4"
    },
    {
      "benchmark": "memory/read",
      "metric": "bytes_per_second",
      "unit": "B/s",
      "direction": "higher",
      "role": "shown",
      "median": 2048.0,
      "interval": null,
      "spread": 0.0,
      "values": [
        2048.0
      ],
      "error": "wrong sum: 3 < 4"
    }
  ],
  "targets": [
    {
      "benchmark": "memory/read",
      "vs": "memory/raw",
      "metric": "time",
      "wanted": 1.5,
      "measured": 2.0,
      "met": false
    }
  ],
  "ratios": []
}
)out");
}
TEST(Json, ReplacesBytesThatAreNoText) {
    auto record = testing::record();
    record.processes[3].error = "\xff";
    EXPECT_THAT(*render("json", record, Colour::never), ::testing::HasSubstr("\"error\": \"\xef\xbf\xbd\""));
}

}  // namespace
}  // namespace harness::report
