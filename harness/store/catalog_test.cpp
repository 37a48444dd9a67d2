#include "harness/store/catalog.h"

#include <gmock/gmock.h>

#include "harness/store/testing.h"

namespace harness::store {
namespace {

using testing::ElementsAre;

class Catalog : public StoreTest {};

TEST_F(Catalog, ASuiteMeasuredAgainBringsItsTextsUpToDate) {
    auto connection = open();
    check(record_suite(connection, {"memory", "Old", "", ""}, Known::update));
    check(record_suite(connection, {"memory", "New", "", ""}, Known::update));
    EXPECT_THAT(all_suites(connection).value(), ElementsAre(SuiteText{"memory", "New", "", ""}));
}

TEST_F(Catalog, AnImportedSuiteLeavesAKnownOneAlone) {
    auto connection = open();
    check(record_suite(connection, {"memory", "Ours", "", ""}, Known::update));
    check(record_suite(connection, {"memory", "Theirs", "", ""}, Known::keep));
    EXPECT_EQ(all_suites(connection).value()[0].title, "Ours");
}

TEST_F(Catalog, ABenchmarkIsReadBackAsItWasRecorded) {
    auto connection = open();
    add_run(connection, 1);
    EXPECT_THAT(benchmarks_of_run(connection, uuid(1)).value(), ElementsAre(example_benchmark()));
}

TEST_F(Catalog, TheSameBuildIsRecordedOnce) {
    auto connection = open();
    const model::Build build{"", "abc", true, "GCC 12", "-O3", "1234"};
    model::Build other = build;
    other.dirty = false;
    const auto first = record_build(connection, build, random_).value();
    EXPECT_EQ(record_build(connection, build, random_).value(), first);
    EXPECT_NE(record_build(connection, other, random_).value(), first);
}

TEST_F(Catalog, TheSameMachineIsRecordedOnce) {
    auto connection = open();
    const model::Machine machine = example_run(1).machine;
    model::Machine patched = machine;
    patched.kernel = "6.1.1";
    const auto first = record_machine(connection, machine, random_).value();
    EXPECT_EQ(record_machine(connection, machine, random_).value(), first);
    EXPECT_NE(record_machine(connection, patched, random_).value(), first);
}

TEST_F(Catalog, KnowsWhichBenchmarksWereEverMeasured) {
    auto connection = open();
    add_run(connection, 1);
    EXPECT_TRUE(has_benchmark(connection, "memory/read").value());
    EXPECT_FALSE(has_benchmark(connection, "memory/write").value());
}

}  // namespace
}  // namespace harness::store
