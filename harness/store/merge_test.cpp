#include "harness/store/merge.h"

#include <gmock/gmock.h>

#include "harness/store/aliases.h"
#include "harness/store/duels.h"
#include "harness/store/records.h"
#include "harness/store/testing.h"

namespace harness::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Merge : public StoreTest {};

TEST_F(Merge, AddsWhatTheOtherHasAndKnowsWhatBothHave) {
    auto into = open("into.db");
    auto from = open("from.db");
    add_run(into, 1);
    add_run(from, 2);
    check(save_baseline(from, "main", {uuid(2)}, random_, 5));
    const Merged first = merge(into, from, system_random()).value();
    EXPECT_EQ(first.new_runs, 1U);
    EXPECT_EQ(first.new_baselines, 1U);
    EXPECT_EQ(list_runs(into).value().size(), 2U);
    EXPECT_THAT(find_baseline(into, "main").value().runs, ElementsAre(uuid(2)));
    const Merged again = merge(into, from, system_random()).value();
    EXPECT_EQ(again.new_runs, 0U);
    EXPECT_EQ(again.known_runs, 1U);
    EXPECT_EQ(again.new_baselines, 0U);
}

TEST_F(Merge, CarriesPairsAndTheirTerms) {
    auto into = open("into.db");
    auto from = open("from.db");
    add_run(from, 1);
    check(record_terms(from, uuid(1), "{}"));
    check(record_pair(from, example_pair(from, 0)));
    ASSERT_TRUE(merge(into, from, system_random()).has_value());
    EXPECT_EQ(terms_of_run(into, uuid(1)).value(), "{}");
    EXPECT_TRUE(same_pairs(into, from, uuid(1)).value());
    check(into.run("UPDATE pair SET seed = 1"));
    EXPECT_THAT(merge(into, from, system_random()).error().message, HasSubstr("with other pairs"));
}

TEST_F(Merge, LosesNothingOfARun) {
    auto into = open("into.db");
    auto from = open("from.db");
    add_run(from, 2);
    ASSERT_TRUE(merge(into, from, system_random()).has_value());
    auto original = load_run(from, uuid(2)).value();
    auto merged = load_run(into, uuid(2)).value();
    EXPECT_EQ(merged.run, original.run);
    EXPECT_EQ(merged.benchmarks, original.benchmarks);
    EXPECT_EQ(merged.samples, original.samples);
    ASSERT_EQ(merged.builds.size(), 1U);
    merged.builds[0].id = original.builds[0].id;
    EXPECT_EQ(merged.builds, original.builds);
    EXPECT_EQ(merged.processes.size(), original.processes.size());
    EXPECT_EQ(all_suites(into).value(), all_suites(from).value());
}

TEST_F(Merge, SharesMachinesBuildsAndSeries) {
    auto into = open("into.db");
    auto from = open("from.db");
    add_run(into, 1);
    add_run(from, 2);
    ASSERT_TRUE(merge(into, from, system_random()).has_value());
    EXPECT_EQ(count(into, "machine"), 1);
    EXPECT_EQ(count(into, "build"), 1);
    EXPECT_EQ(count(into, "series"), 2);
    EXPECT_EQ(count(into, "sample"), 8);
}

TEST_F(Merge, TakesRenamesAndDecisionsAlong) {
    auto into = open("into.db");
    auto from = open("from.db");
    add_run(from, 2);
    check(record_alias(from, {"memory/read", "memory/load", 7, "clearer"}));
    check(from.run("INSERT INTO decision VALUES ('d', 8, 'memory/read', 'time', ?1, 'accept', 'me', 'meant')",
                   {uuid(2)}));
    ASSERT_TRUE(merge(into, from, system_random()).has_value());
    ASSERT_TRUE(merge(into, from, system_random()).has_value());
    EXPECT_EQ(count(into, "alias WHERE created_ns = 7 AND reason = 'clearer'"), 1);
    EXPECT_EQ(count(into, "decision WHERE created_ns = 8 AND author = 'me'"), 1);
}

TEST_F(Merge, KeepsOurBaselineOfTheSameName) {
    auto into = open("into.db");
    auto from = open("from.db");
    add_run(into, 1);
    add_run(from, 2);
    check(save_baseline(into, "main", {uuid(1)}, random_, 5));
    check(save_baseline(from, "main", {uuid(2)}, random_, 5));
    EXPECT_THAT(merge(into, from, system_random()).value().kept_baselines, ElementsAre("main"));
    EXPECT_THAT(find_baseline(into, "main").value().runs, ElementsAre(uuid(1)));
}

TEST_F(Merge, LeavesUnfinishedRunsOut) {
    auto into = open("into.db");
    auto from = open("from.db");
    check(record_run(from, example_run(3), "owner", random_));
    EXPECT_EQ(merge(into, from, system_random()).value().running_runs, 1U);
    EXPECT_EQ(count(into, "run"), 0);
}

TEST_F(Merge, ARunOfOneIdAndTwoContentsStopsItAndChangesNothing) {
    auto into = open("into.db");
    auto from = open("from.db");
    add_run(into, 2, 1000);
    add_run(from, 1, 500);
    add_run(from, 2, 2000);
    EXPECT_THAT(merge(into, from, system_random()).error().message,
                HasSubstr("is in the store already, with other content"));
    EXPECT_EQ(count(into, "run"), 1);
}

// Whoever adds a table decides here whether merging copies it.
TEST_F(Merge, KnowsEveryTable) {
    auto connection = open();
    std::vector<std::string> tables;
    check(connection.run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", {},
                         [&](const Row& row) { tables.push_back(row.text(0)); }));
    EXPECT_THAT(tables, ElementsAre("alias", "baseline", "baseline_run", "benchmark", "build", "change_point",
                                    "decision", "duel", "machine", "night", "night_point", "pair", "point",
                                    "process", "run", "sample", "schema_version", "series", "suite", "trend",
                                    "trend_level", "verdict"));
}

}  // namespace
}  // namespace harness::store
