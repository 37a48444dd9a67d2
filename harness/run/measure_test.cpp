#include "harness/run/measure.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <unistd.h>

namespace harness::run {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

// Measures cases of a shell script that behaves as the case is called.
class Measure : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "measureXXXXXX";
        folder_ = mkdtemp(name.data());
        std::ofstream(folder_ / "suite") << R"sh(#!/bin/sh
case "$1" in
    *good*) name=${1#*^}; name=${name%?}; time=2 ;;
    *crash*) kill -SEGV $$ ;;
    *hang*) exec sleep 100 ;;
    *interrupt*) kill -INT $PPID; exec sleep 100 ;;
    *flags*) name=flags; time=3; echo "$@" > "$0.flags" ;;
esac
echo '{"context": {"compiler": "sh"}, "benchmarks": [{"name": "'$name'", "iterations": 10, "real_time": 1,
    "cpu_time": '$time', "time_unit": "ns"}]}'
)sh";
        chmod((folder_ / "suite").c_str(), 0755);
        settings_.clock = [this] { return now_ += 1; };
        settings_.time_limit = milliseconds(300);
        settings_.seed = 3;
    }
    void TearDown() override { fs::remove_all(folder_); }

    Job job(const std::string& case_id) {
        Job job;
        job.benchmark.id = "suite/" + case_id;
        job.benchmark.suite = "suite";
        job.benchmark.case_id = case_id;
        job.benchmark.metrics = {{"time", "ns", model::Direction::lower}};
        job.program = (folder_ / "suite").string();
        return job;
    }

    Result<Summary> run(const std::vector<std::string>& cases) {
        std::vector<Job> jobs;
        for (const std::string& one : cases) jobs.push_back(job(one));
        auto interrupts = std::move(Interrupts::create().value());
        Progress progress(stderr, Progress::Style::silent);
        return measure(
            jobs, settings_, interrupts, progress,
            [this](std::size_t processes) -> Result<void> {
                planned_ = processes;
                return {};
            },
            [this](const Finished& finished) -> Result<void> {
                kept_.push_back(finished);
                if (kept_.size() == fail_at_) return fail("the disk is full");
                return {};
            });
    }

    std::map<std::string, int> kept_per_benchmark() const {
        std::map<std::string, int> counts;
        for (const Finished& one : kept_) ++counts[one.process.benchmark];
        return counts;
    }

    fs::path folder_;
    Settings settings_;
    std::int64_t now_ = 0;
    std::size_t planned_ = 0;
    std::size_t fail_at_ = 0;
    std::vector<Finished> kept_;
};

TEST_F(Measure, RunsEachBenchmarkInFreshProcesses) {
    settings_.slice = milliseconds(2);
    const Summary summary = run({"good1", "good2"}).value();
    EXPECT_EQ(summary.processes, 12U);
    EXPECT_EQ(planned_, 12U);
    EXPECT_THAT(kept_per_benchmark(),
                ElementsAre(testing::Pair("suite/good1", 6), testing::Pair("suite/good2", 6)));
    EXPECT_EQ(kept_[0].samples[0].value, 2);
    EXPECT_EQ(kept_[0].build.compiler, "sh");
}

TEST_F(Measure, HoldsEveryBenchmarkOnceARound) {
    settings_.slice = milliseconds(2);
    ASSERT_TRUE(run({"good1", "good2", "good3"}).has_value());
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        EXPECT_EQ(kept_[i].process.replicate, static_cast<int>(i / 3));
        EXPECT_EQ(kept_[i].process.position, static_cast<int>(i));
    }
}

TEST_F(Measure, ACrashFailsByNameAndTheRestGoesOn) {
    settings_.slice = milliseconds(2);
    const Summary summary = run({"good1", "crash", "good2"}).value();
    EXPECT_THAT(summary.failed, ElementsAre("suite/crash"));
    EXPECT_FALSE(summary.interrupted);
    EXPECT_THAT(kept_per_benchmark(),
                ElementsAre(testing::Pair("suite/crash", 1), testing::Pair("suite/good1", 6),
                            testing::Pair("suite/good2", 6)));
    EXPECT_THAT(kept_[0].process.error, HasSubstr("crashed: Segmentation fault"));
    EXPECT_EQ(kept_[0].build.compiler, "sh");
}

TEST_F(Measure, AHangIsKilledAndNotTriedAgain) {
    settings_.slice = milliseconds(2);
    ASSERT_TRUE(run({"good1", "hang"}).has_value());
    EXPECT_EQ(kept_per_benchmark().at("suite/hang"), 1);
    EXPECT_EQ(kept_[0].process.error, "hung: not finished after 0.3 s");
}

TEST_F(Measure, AnInterruptEndsItWithWhatThereIs) {
    settings_.slice = milliseconds(2);
    settings_.time_limit = std::chrono::seconds(20);
    EXPECT_TRUE(run({"interrupt"}).value().interrupted);
    EXPECT_TRUE(kept_.empty());
}

TEST_F(Measure, AStoreThatFailsEndsIt) {
    settings_.slice = milliseconds(2);
    fail_at_ = 3;
    EXPECT_EQ(run({"good1"}).error().message, "the disk is full");
    EXPECT_EQ(kept_.size(), 3U);
}

TEST_F(Measure, PassesSliceAndFlagsToTheProgram) {
    settings_.slice = milliseconds(20);
    settings_.flags = {"--benchmark_repetitions=2"};
    ASSERT_TRUE(run({"flags"}).has_value());
    std::ifstream file(folder_ / "suite.flags");
    std::string flags;
    std::getline(file, flags);
    EXPECT_EQ(flags,
              "--benchmark_filter=^flags$ --benchmark_min_time=0.020000 --benchmark_format=json "
              "--benchmark_repetitions=2");
}

TEST_F(Measure, KeepsSixRoundsOfABudgetThatIsTooSmall) {
    settings_.budget = milliseconds(1);
    settings_.rounds = 12;
    EXPECT_EQ(run({"good1"}).value().processes, 6U);
    EXPECT_EQ(planned_, 6U);
}

TEST_F(Measure, AProgramThatIsGoneFailsByName) {
    fs::remove(folder_ / "suite");
    const Summary summary = run({"good1"}).value();
    EXPECT_THAT(summary.failed, ElementsAre("suite/good1"));
    EXPECT_THAT(kept_[0].process.error, HasSubstr("cannot run"));
}

TEST_F(Measure, ReplaysItsOrderFromTheSeed) {
    settings_.slice = milliseconds(2);
    const auto order = [this] {
        kept_.clear();
        EXPECT_TRUE(run({"good1", "good2", "good3", "good4"}).has_value());
        std::vector<std::string> result;
        for (const Finished& one : kept_) result.push_back(one.process.benchmark);
        return result;
    };
    EXPECT_EQ(order(), order());
}

}  // namespace
}  // namespace harness::run
