#include "harness/store/columns.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "harness/store/testing.h"

namespace harness::store {
namespace {

using testing::HasSubstr;

TEST(Columns, ListsComeBackAsTheyWere) {
    const model::Benchmark benchmark = example_benchmark();
    EXPECT_EQ(read_metrics(metrics_json(benchmark.metrics)).value(), benchmark.metrics);
    EXPECT_EQ(read_targets(targets_json(benchmark.targets)).value(), benchmark.targets);
    EXPECT_EQ(read_tags(nlohmann::json::parse(tags_text(benchmark.tags))).value(), benchmark.tags);
    EXPECT_EQ(read_versus(nlohmann::json::parse(versus_text(benchmark.versus))).value(), benchmark.versus);
}

TEST(Columns, DamagedListsAreErrors) {
    EXPECT_EQ(read_metrics(3).error().message, "'metrics' is not a list");
    EXPECT_EQ(read_tags(nullptr).error().message, "'tags' is not a list");
    EXPECT_EQ(read_targets("x").error().message, "'targets' is not a list");
    EXPECT_EQ(read_versus(nlohmann::json::parse("[1]")).error().message,
              "'versus' holds something that is not text");
    EXPECT_THAT(read_targets(nlohmann::json::parse(R"([{"metric": "time"}])")).error().message,
                HasSubstr("'vs' is missing"));
}

}  // namespace
}  // namespace harness::store
