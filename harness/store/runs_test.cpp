#include "harness/store/runs.h"

#include <gmock/gmock.h>

#include "harness/store/testing.h"

namespace harness::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Runs : public StoreTest {};

TEST_F(Runs, AreReadBackAsTheyWereRecorded) {
    auto connection = open();
    model::Run run = example_run(1);
    check(record_run(connection, run, "owner", random_));
    EXPECT_EQ(find_run(connection, run.id).value().run, run);
    check(finish_run(connection, run.id, model::RunStatus::interrupted, 9000, "stopped"));
    run.status = model::RunStatus::interrupted;
    run.finished_ns = 9000;
    run.note = "stopped";
    EXPECT_EQ(find_run(connection, run.id).value().run, run);
}

TEST_F(Runs, AreListedNewestFirstWithTheirSums) {
    auto connection = open();
    add_run(connection, 1, 1000);
    add_run(connection, 2, 2000);
    const auto runs = list_runs(connection).value();
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs[0].run.id, uuid(2));
    EXPECT_EQ(runs[0].processes, 2);
    EXPECT_EQ(runs[0].benchmarks, 1);
    EXPECT_EQ(runs[0].failed_benchmarks, 0);
    EXPECT_THAT(runs[0].revisions, ElementsAre("abc"));
    EXPECT_EQ(runs[0].machine_class, model::machine_class(example_run(1).machine));
}

TEST_F(Runs, OfAnEmptyStoreAreNone) {
    auto connection = open();
    EXPECT_TRUE(list_runs(connection).value().empty());
    EXPECT_FALSE(newest_complete_run(connection).value().has_value());
}

TEST_F(Runs, AreFoundByAnUnambiguousStart) {
    auto connection = open();
    check(record_run(connection, example_run(0x12), "", random_));
    model::Run other = example_run(0);
    other.id = "abcdef00-0000-4000-8000-000000000000";
    check(record_run(connection, other, "", random_));
    EXPECT_EQ(find_run(connection, "abc").value().run.id, other.id);
}

TEST_F(Runs, AnUnknownOrAmbiguousStartIsOneClearLine) {
    auto connection = open();
    check(record_run(connection, example_run(1), "", random_));
    check(record_run(connection, example_run(2), "", random_));
    EXPECT_EQ(find_run(connection, "ffff").error().message, "no run 'ffff' (see `vmbench runs`)");
    EXPECT_THAT(find_run(connection, "0000").error().message, HasSubstr("'0000' is the start of 2 runs"));
    EXPECT_EQ(find_run(connection, "").error().message, "no run has an empty id");
    EXPECT_EQ(find_run(connection, "%").error().message, "no run '%' (see `vmbench runs`)");
}

TEST_F(Runs, TheNewestCompleteOneIsNotARunningOne) {
    auto connection = open();
    add_run(connection, 1, 1000);
    check(record_run(connection, example_run(2, 2000), "owner", random_));
    EXPECT_EQ(newest_complete_run(connection).value(), uuid(1));
}

TEST_F(Runs, AnAbandonedOneIsMarkedAndKeepsItsProcesses) {
    auto connection = open();
    add_run(connection, 1);
    check(connection.run("UPDATE run SET status = 'running', owner = 'gone', finished_ns = NULL"));
    const auto running = running_runs(connection).value();
    ASSERT_EQ(running.size(), 1U);
    EXPECT_EQ(running[0].owner, "gone");
    check(mark_abandoned(connection, running[0].id));
    const RunSummary run = find_run(connection, uuid(1)).value();
    EXPECT_EQ(run.run.status, model::RunStatus::interrupted);
    EXPECT_EQ(run.run.finished_ns, 2500);
    EXPECT_EQ(run.run.note, "incomplete: vmbench was killed");
    EXPECT_EQ(run.processes, 2);
}

TEST_F(Runs, OnOneMachineShareItsRow) {
    auto connection = open();
    check(record_run(connection, example_run(1), "", random_));
    check(record_run(connection, example_run(2), "", random_));
    const auto machines =
        connection.all("SELECT id FROM machine", {}, [](const Row& row) { return row.text(0); });
    EXPECT_EQ(machines.value().size(), 1U);
}

TEST_F(Runs, LearnHowManyProcessesAreComing) {
    auto connection = open();
    check(record_run(connection, example_run(1), "", random_));
    check(set_planned_processes(connection, uuid(1), 99));
    EXPECT_EQ(find_run(connection, uuid(1)).value().run.planned_processes, 99);
}

}  // namespace
}  // namespace harness::store
