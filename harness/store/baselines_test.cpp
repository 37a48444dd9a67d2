#include "harness/store/baselines.h"

#include <gmock/gmock.h>

#include "harness/store/testing.h"

namespace harness::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Baselines : public StoreTest {};

TEST_F(Baselines, AreNamedSetsOfRunsOldestFirst) {
    auto connection = open();
    add_run(connection, 1, 2000);
    add_run(connection, 2, 1000);
    check(save_baseline(connection, "main", {uuid(1), uuid(2)}, random_, 5));
    const model::Baseline baseline = find_baseline(connection, "main").value();
    EXPECT_THAT(baseline.runs, ElementsAre(uuid(2), uuid(1)));
    EXPECT_EQ(baseline.created_ns, 5);
}

TEST_F(Baselines, SavedAgainAreReplaced) {
    auto connection = open();
    add_run(connection, 1);
    add_run(connection, 2);
    check(save_baseline(connection, "main", {uuid(1)}, random_, 5));
    check(save_baseline(connection, "main", {uuid(2)}, random_, 6));
    const auto baselines = list_baselines(connection).value();
    ASSERT_EQ(baselines.size(), 1U);
    EXPECT_THAT(baselines[0].runs, ElementsAre(uuid(2)));
}

TEST_F(Baselines, OfAnUnknownRunAreNotMade) {
    auto connection = open();
    EXPECT_FALSE(save_baseline(connection, "main", {uuid(1)}, random_, 5).has_value());
    EXPECT_TRUE(list_baselines(connection).value().empty());
}

TEST_F(Baselines, DeletedLeaveTheirRuns) {
    auto connection = open();
    add_run(connection, 1);
    check(save_baseline(connection, "main", {uuid(1)}, random_, 5));
    check(delete_baseline(connection, "main"));
    EXPECT_TRUE(list_baselines(connection).value().empty());
    EXPECT_TRUE(find_run(connection, uuid(1)).has_value());
}

TEST_F(Baselines, RenamedKeepTheirRuns) {
    auto connection = open();
    add_run(connection, 1);
    check(save_baseline(connection, "main", {uuid(1)}, random_, 5));
    check(rename_baseline(connection, "main", "v1.0"));
    EXPECT_THAT(find_baseline(connection, "v1.0").value().runs, ElementsAre(uuid(1)));
    EXPECT_FALSE(find_baseline(connection, "main").has_value());
}

TEST_F(Baselines, AreNotRenamedOverAnother) {
    auto connection = open();
    add_run(connection, 1);
    check(save_baseline(connection, "main", {uuid(1)}, random_, 5));
    check(save_baseline(connection, "next", {uuid(1)}, random_, 5));
    EXPECT_EQ(rename_baseline(connection, "next", "main").error().message,
              "baseline 'main' exists already: delete it first");
}

TEST_F(Baselines, ThatDoNotExistAreOneClearLine) {
    auto connection = open();
    EXPECT_THAT(find_baseline(connection, "main").error().message, HasSubstr("there are none yet"));
    add_run(connection, 1);
    check(save_baseline(connection, "main", {uuid(1)}, random_, 5));
    EXPECT_EQ(delete_baseline(connection, "other").error().message,
              "no baseline 'other' (see `vmbench baselines`)");
}

TEST_F(Baselines, HavePlainNames) {
    EXPECT_TRUE(check_baseline_name("release/v1.0_x-2+3").has_value());
    for (const char* name : {"", "two words", "-option", "line\nbreak", "quote'"}) {
        EXPECT_FALSE(check_baseline_name(name).has_value()) << name;
    }
    EXPECT_FALSE(check_baseline_name(std::string(101, 'x')).has_value());
}

}  // namespace
}  // namespace harness::store
