#include "harness/cli/session.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>

#include "harness/run/owner.h"
#include "harness/store/catalog.h"
#include "harness/store/processes.h"
#include "harness/store/runs.h"

namespace harness::cli {
namespace {

using testing::HasSubstr;

class Session : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "sessionXXXXXX";
        folder_ = mkdtemp(name.data());
        globals_.database = (folder_ / "vmbench.db").string();
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    // A run that says it is being measured by `owner`.
    std::string add_run(const std::string& owner) {
        auto connection = open_session(globals_).value();
        model::Run run;
        run.id = store::make_uuid(store::system_random());
        EXPECT_TRUE(store::record_run(connection, run, owner, store::system_random()).has_value());
        return run.id;
    }

    // One process of a benchmark, so that the run is one of processes.
    void add_process(const std::string& run_id) {
        auto connection = open_session(globals_).value();
        model::Benchmark benchmark;
        benchmark.id = "suite/case";
        benchmark.suite = "suite";
        benchmark.case_id = "case";
        benchmark.metrics = {{"time", "ns", model::Direction::lower}};
        ASSERT_TRUE(store::record_suite(connection, {"suite", "", "", ""}, store::Known::update).has_value());
        ASSERT_TRUE(store::record_benchmark(connection, benchmark, store::Known::update).has_value());
        model::Process process;
        process.id = store::make_uuid(store::system_random());
        process.run_id = run_id;
        process.build_id = store::record_build(connection, {}, store::system_random()).value();
        process.benchmark = benchmark.id;
        process.definition_version = benchmark.definition_version;
        process.error = "crashed";
        ASSERT_TRUE(
            store::record_process(connection, process, {}, "class", store::system_random()).has_value());
    }

    model::RunStatus status_of(const std::string& id) {
        auto connection = open_session(globals_).value();
        return store::find_run(connection, id).value().run.status;
    }

    std::filesystem::path folder_;
    Globals globals_;
};

TEST_F(Session, OpeningMarksARunWhoseProcessIsGone) {
    EXPECT_EQ(status_of(add_run("gone 1 1")), model::RunStatus::interrupted);
}

TEST_F(Session, OpeningLeavesARunAloneThatIsBeingMeasured) {
    EXPECT_EQ(status_of(add_run(run::own_identity())), model::RunStatus::running);
}

TEST_F(Session, WithoutANameTheNewestCompleteRunIsChosen) {
    const std::string complete = add_run(run::own_identity());
    auto connection = open_session(globals_).value();
    EXPECT_THAT(choose_run(connection, "").error().message, HasSubstr("there is no complete run yet"));
    ASSERT_TRUE(store::finish_run(connection, complete, model::RunStatus::complete, 1, "").has_value());
    EXPECT_FALSE(choose_run(connection, "").has_value()) << "a run of pairs is judged by itself";
    add_process(complete);
    add_run(run::own_identity());
    EXPECT_EQ(choose_run(connection, "").value(), complete);
    EXPECT_EQ(choose_run(connection, complete.substr(0, 8)).value(), complete);
    EXPECT_THAT(choose_run(connection, "zzz").error().message, HasSubstr("no run 'zzz'"));
}

TEST_F(Session, AnIncompleteRunIsNamedWithItsState) {
    const std::string id = add_run(run::own_identity());
    auto connection = open_session(globals_).value();
    EXPECT_EQ(check_complete(connection, id).error().message,
              "run " + id.substr(0, 8) + " is not complete (running)");
}

}  // namespace
}  // namespace harness::cli
