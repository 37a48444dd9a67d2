#include "harness/report/bmf.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(Bmf, HasAMeasureForEachMetricOfEachBenchmark) {
    EXPECT_EQ(*render("bmf", testing::record(), Colour::never), R"out({
  "memory/raw": {
    "latency": {
      "value": 10.0
    },
    "bytes-per-second": {
      "value": 2048.0
    }
  },
  "memory/read": {
    "latency": {
      "value": 20.0
    },
    "bytes-per-second": {
      "value": 2048.0
    }
  }
}
)out");
}

TEST(Bmf, GivesTheIntervalWhereThereIsOne) {
    judge::SummaryRow row;
    row.benchmark = "s/a";
    row.metric = {"items_per_second", "1/s", model::Direction::higher};
    row.median = 5;
    row.interval = stats::Estimate{5, 4, 6};
    judge::SummaryRow odd = row;
    odd.metric.name = "\u00b7GC (rate)";
    odd.interval.reset();
    const model::RunRecord record;
    const auto json = nlohmann::json::parse(bmf(RunReport{record, {{row, odd}, {}}}));
    EXPECT_EQ(json, nlohmann::json::parse(R"({"s/a": {"throughput": {"value": 5.0, "lower_value": 4.0,
        "upper_value": 6.0}, "gc-rate": {"value": 5.0}}})"));
}

TEST(Bmf, LeavesOutWhatWasNotMeasured) {
    judge::SummaryRow row;
    row.benchmark = "s/a";
    const model::RunRecord record;
    EXPECT_EQ(bmf(RunReport{record, {{row}, {}}}), "{}\n");
}

}  // namespace
}  // namespace harness::report
