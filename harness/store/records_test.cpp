#include "harness/store/records.h"

#include <gtest/gtest.h>

#include "harness/store/aliases.h"
#include "harness/store/testing.h"

namespace harness::store {
namespace {

class Records : public StoreTest {};

TEST_F(Records, HoldEverythingAboutARun) {
    auto connection = open();
    add_run(connection, 1);
    const model::RunRecord record = load_run(connection, uuid(1)).value();
    EXPECT_EQ(record.run.status, model::RunStatus::complete);
    EXPECT_EQ(record.builds.size(), 1U);
    EXPECT_EQ(record.benchmarks.size(), 1U);
    EXPECT_EQ(record.processes.size(), 2U);
    EXPECT_EQ(record.samples.size(), 4U);
}

TEST_F(Records, GiveRenamedBenchmarksTheirNewNameEverywhere) {
    auto connection = open();
    add_run(connection, 1);
    check(record_alias(connection, {"memory/read", "memory/load", 1, "clearer"}));
    check(record_alias(connection, {"memory/load", "ram/load", 2, "moved"}));
    const model::RunRecord record = load_run(connection, uuid(1)).value();
    EXPECT_EQ(record.benchmarks[0].id, "ram/load");
    EXPECT_EQ(record.benchmarks[0].suite, "ram");
    EXPECT_EQ(record.benchmarks[0].case_id, "load");
    EXPECT_EQ(record.processes[0].benchmark, "ram/load");
    EXPECT_EQ(record.samples[0].benchmark, "ram/load");
}

TEST_F(Records, KeepTheOldNameWhenAskedTo) {
    auto connection = open();
    add_run(connection, 1);
    check(record_alias(connection, {"memory/read", "memory/load", 1, "clearer"}));
    EXPECT_EQ(load_run(connection, uuid(1), Naming::as_measured).value().benchmarks[0].id, "memory/read");
}

TEST_F(Records, OfAnUnknownRunAreAnError) {
    auto connection = open();
    EXPECT_FALSE(load_run(connection, uuid(1)).has_value());
}

}  // namespace
}  // namespace harness::store
