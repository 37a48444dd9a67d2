#include "harness/formats/record.h"

#include <gtest/gtest.h>

#include "harness/formats/names.h"
#include "harness/formats/testing.h"

namespace harness::formats {
namespace {

const model::Metric kHits{"hits", "1", model::Direction::higher};

Draft draft() {
    Draft draft;
    draft.machine = unknown_machine();
    for (const char* name : {"a", "b", "a"}) {
        Replicate replicate;
        replicate.suite = "s";
        replicate.case_id = name;
        replicate.add(kHits, 7, 1);
        replicate.add(kTime, 1, 10);
        replicate.add(kTime, 2, 10);
        draft.replicates.push_back(std::move(replicate));
    }
    return draft;
}

TEST(Assemble, MakesABenchmarkOfEachNameAndAProcessOfEachReplicate) {
    const model::RunRecord record = assemble(draft(), {}, "content");
    ASSERT_EQ(record.benchmarks.size(), 2U);
    EXPECT_EQ(record.benchmarks[0].id, "s/a");
    EXPECT_EQ(record.benchmarks[0].metrics, (std::vector<model::Metric>{kTime, kHits}));
    ASSERT_EQ(record.processes.size(), 3U);
    EXPECT_EQ(record.processes[2].replicate, 1);
    EXPECT_EQ(record.processes[2].position, 2);
    ASSERT_EQ(record.samples.size(), 9U);
    EXPECT_EQ(record.samples[2].ordinal, 1);
    EXPECT_EQ(record.samples[2].process_id, record.processes[0].id);
    EXPECT_EQ(record.run.planned_processes, 3);
    EXPECT_EQ(record.run.status, model::RunStatus::complete);
}

TEST(Assemble, DerivesItsIdFromTheContentAndWhatTheUserSays) {
    const std::string id = assemble(draft(), {}, "content").run.id;
    EXPECT_EQ(assemble(draft(), {}, "content").run.id, id);
    EXPECT_NE(assemble(draft(), {}, "other").run.id, id);
    Options options;
    options.revision = "abc";
    const model::RunRecord record = assemble(draft(), options, "content");
    EXPECT_NE(record.run.id, id);
    EXPECT_EQ(record.builds.at(0).revision, "abc");
}

TEST(Assemble, StartsWhenTheFileSaysOrWhenItWasWritten) {
    Options options;
    options.file_time_ns = 5;
    EXPECT_EQ(assemble(draft(), options, "").run.started_ns, 5);
    Draft dated = draft();
    dated.started_ns = 7;
    EXPECT_EQ(assemble(std::move(dated), options, "").run.started_ns, 7);
}

TEST(Assemble, AnUnknownMachineIsNoLocalOne) {
    EXPECT_EQ(model::machine_class(assemble(draft(), {}, "").run.machine).substr(0, 14), "imported-0c-0g");
    Options options;
    options.machine = "Build server";
    EXPECT_EQ(assemble(draft(), options, "").run.machine.cpu_model, "Build server");
}

TEST(Join, MakesOneRunOfSeveral) {
    Draft other;
    Replicate replicate;
    replicate.suite = "s";
    replicate.case_id = "c";
    replicate.add(kTime, 3, 1);
    other.replicates = {replicate};
    const model::RunRecord first = assemble(draft(), {}, "1");
    const model::RunRecord second = assemble(std::move(other), {}, "2");
    const model::RunRecord joined = join({first, second}).value();
    EXPECT_NE(joined.run.id, first.run.id);
    ASSERT_EQ(joined.processes.size(), 4U);
    EXPECT_EQ(joined.processes[3].position, 3);
    EXPECT_EQ(joined.processes[3].run_id, joined.run.id);
    EXPECT_NE(joined.processes[3].id, second.processes[0].id);
    EXPECT_EQ(joined.samples.back().process_id, joined.processes[3].id);
    EXPECT_EQ(testing::samples_of(joined).back(), "s/c #0 time ns lower 3 x1");
}

TEST(Join, RefusesABenchmarkOfTwoFiles) {
    const model::RunRecord one = assemble(draft(), {}, "1");
    EXPECT_EQ(join({one, one}).error().message,
              "'s/a' is in two of the files: give one file for each benchmark");
}

TEST(Notes, SayWhatIsNotThere) {
    EXPECT_EQ(aggregates_note(1), "1 benchmark of aggregates only: one value each, not a sample of several");
    EXPECT_EQ(unknown_metrics_note({"a", "b"}),
              "left out, because nothing says whether more or less is better: a, b (--metric does)");
}

}  // namespace
}  // namespace harness::formats
