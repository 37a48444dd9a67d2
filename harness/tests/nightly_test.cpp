#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <sys/wait.h>

#include <gmock/gmock.h>
#include <unistd.h>

#include "harness/duel/night_points.h"
#include "harness/run/git.h"
#include "harness/run/machine.h"
#include "harness/run/turn.h"
#include "harness/store/catalog.h"
#include "harness/store/nights.h"
#include "harness/store/open.h"
#include "harness/store/trends.h"
#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A repository whose commits say in `factor` how slow the fake suite is that they build.
class Nightly : public Bench {
  protected:
    void SetUp() override {
        Bench::SetUp();
        fs::create_directories(project());
        do_git({"init", "--quiet", "--initial-branch=main"});
        std::ofstream(project() / "fake.json")
            << R"({"name": "fake", "program": "fake", "title": "Fake", "files": ["fake.factor"]})";
        good_ = commit("1");
    }

    fs::path project() const { return folder_ / "project"; }
    fs::path lock() const { return database_.string() + ".nightly.lock"; }

    std::string do_git(const std::vector<std::string>& arguments) {
        auto interrupts = std::move(run::Interrupts::create().value());
        std::vector<std::string> all = {"-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run::git(project(), all, interrupts).value();
    }

    std::string commit(const std::string& factor) {
        std::ofstream(project() / "factor") << factor;
        std::ofstream(project() / "serial") << ++commits_;
        do_git({"add", "."});
        do_git({"commit", "--quiet", "--message", "factor " + factor});
        return do_git({"rev-parse", "HEAD"});
    }

    std::vector<std::string> arguments(const std::vector<std::string>& more) const {
        std::vector<std::string> all = {
            "nightly",
            "--repository",
            project().string(),
            "--build-command",
            "mkdir out && cp fake.json out && cp factor out/fake.factor && ln -s '" +
                std::string(FAKE_SUITE) + "' out/fake",
            "--suites",
            "out",
            kNoteConditions};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    std::vector<std::string> environment(const std::string& cases) const {
        return {"XDG_CACHE_HOME=" + (folder_ / "cache").string(), "FAKE_CASES=" + cases};
    }

    Printed night(const std::vector<std::string>& more = {"--no-report", "--pairs", "3"},
                  const std::string& cases = "steady") {
        return vmbench(arguments(more), environment(cases));
    }

    // Starts a night in a process group of its own.
    pid_t start(const std::vector<std::string>& more, const std::string& cases) {
        std::vector<std::string> all = arguments(more);
        all.insert(all.begin(), VMBENCH);
        const pid_t child = fork();
        if (child != 0) return child;
        setpgid(0, 0);
        setenv("VMBENCH_DB", database_.c_str(), 1);
        setenv("XDG_RUNTIME_DIR", folder_.c_str(), 1);
        for (const std::string& variable : environment(cases)) putenv(strdup(variable.c_str()));
        if (freopen("/dev/null", "w", stdout) == nullptr || freopen("/dev/null", "w", stderr) == nullptr)
            _exit(126);
        std::vector<char*> pointers;
        for (const std::string& argument : all) pointers.push_back(strdup(argument.c_str()));
        pointers.push_back(nullptr);
        execv(VMBENCH, pointers.data());
        _exit(127);
    }

    // Nights as if they had been: twenty of `good_`, and so many of `bad`, slower by `step`.
    void make_history(const std::string& bad, double step, int slower = 3) {
        auto store = store::open_store(database_, 1).value();
        const auto random = store::system_random();
        const std::string machine = model::machine_class(run::fingerprint());
        ASSERT_TRUE(store::record_suite(store, {"fake", "Fake", "", ""}, store::Known::update).has_value());
        model::Benchmark steady;
        steady.id = "fake/steady";
        steady.suite = "fake";
        steady.case_id = "steady";
        const model::Metric time{"time", "ns", model::Direction::lower};
        steady.metrics = {time};
        ASSERT_TRUE(store::record_benchmark(store, steady, store::Known::update).has_value());
        const auto trend = store::record_trend(store, steady.id, 1, time, machine, random).value();
        for (int i = 0; i < 20 + slower; ++i) {
            store::Night night;
            night.id = store::make_uuid(random);
            night.started_ns = std::int64_t{1'000'000'000} * i;
            night.status = model::RunStatus::complete;
            night.head_revision = i < 20 ? good_ : bad;
            night.reference_revision = good_;
            night.machine_class = machine;
            store::NightPoint point;
            point.night = store::begin_night(store, night).value();
            point.reference = 100;
            point.log_ratio = 0.001 * (i % 3) + (i < 20 ? 0 : step);
            point.head = 100 * std::exp(point.log_ratio);
            ASSERT_TRUE(store::record_point(store, trend, point).has_value());
        }
    }

    // Every night has the points that its pairs give when they are computed again.
    void expect_every_point() {
        auto store = store::open_store(database_, 1).value();
        const auto nights = store::list_nights(store).value();
        for (const store::Night& night : nights) {
            const auto pairs = store::pairs_of_run(store, night.run_id).value();
            EXPECT_EQ(query("SELECT count(*) FROM night_point WHERE night = " + std::to_string(night.number)),
                      std::to_string(duel::points_of_pairs(pairs, {}).size()));
        }
    }

    static std::string content(const fs::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::string good_;
    int commits_ = 0;
};

TEST_F(Nightly, MeasuresHeadBesideTheFirstNightsHead) {
    const Printed first = night();
    EXPECT_EQ(first.code, 0) << first.out << first.err;
    const std::string slower = commit("1.5");
    const Printed second = night({"--pairs", "3", "--report", (folder_ / "report").string()});
    EXPECT_EQ(second.code, 0) << second.out << second.err;
    EXPECT_EQ(query("SELECT reference_revision FROM night WHERE number = 2"), good_);
    EXPECT_EQ(query("SELECT head_revision || status FROM night WHERE number = 2"), slower + "complete");
    EXPECT_NEAR(std::stod(query("SELECT log_ratio FROM night_point WHERE night = 1")), 0, 0.02);
    EXPECT_NEAR(std::stod(query("SELECT log_ratio FROM night_point WHERE night = 2")), std::log(1.5), 0.02);
    const std::string index = content(folder_ / "report/index.md");
    EXPECT_THAT(index, HasSubstr("Since yesterday"));
    EXPECT_THAT(index, HasSubstr(slower));
    EXPECT_TRUE(fs::exists(folder_ / "report/fake.md"));
    EXPECT_TRUE(fs::exists(folder_ / "report/fake-trend-1.png"));
}

TEST_F(Nightly, TheReferenceIsTheOptionsThenTheFilesThenTheLastNights) {
    const std::string second = commit("1.1");
    fs::create_directories(project() / "baselines");
    std::ofstream(project() / "baselines/reference") << "# pinned\n" << good_ << "\n";
    const std::string third = commit("1.2");
    night({"--no-report", "--pairs", "1", "--head", second});
    night({"--no-report", "--pairs", "1"});
    night({"--no-report", "--pairs", "1", "--reference", third});
    night({"--no-report", "--pairs", "1", "--head", second});
    EXPECT_EQ(query("SELECT group_concat(reference_revision, ' ') FROM night"),
              second + " " + good_ + " " + third + " " + third);
}

TEST_F(Nightly, AStepIsTestedBetweenItsTwoCommitsAndConfirmed) {
    commit("1");
    const std::string bad = commit("1.1");
    make_history(bad, std::log(1.1));
    const Printed printed = night();
    EXPECT_EQ(printed.code, 1) << printed.out << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("confirmed: fake/steady +"));
    EXPECT_THAT(printed.out, HasSubstr(good_.substr(0, 12) + ".." + bad.substr(0, 12) + " (2 commits)"));
    EXPECT_EQ(query("SELECT state || first_night FROM change_point"), "confirmed21");
    const Printed again = night();
    EXPECT_EQ(again.code, 0) << again.out << again.err;
    EXPECT_EQ(query("SELECT count(*) FROM change_point"), "1");
}

TEST_F(Nightly, AStepThatTheCommitsDoNotShowIsUnconfirmed) {
    const std::string same = commit("1.0");
    make_history(same, std::log(1.1), 8);
    const Printed printed =
        night({"--no-report", "--pairs", "3", "--reference", good_, "--confirm-budget", "1m"});
    EXPECT_EQ(printed.code, 0) << printed.out << printed.err;
    EXPECT_EQ(query("SELECT state FROM change_point"), "unconfirmed");
}

TEST_F(Nightly, ChangesAreLeftForAnotherNightWhenTheTimeIsSpent) {
    make_history(commit("1.1"), std::log(1.1));
    const Printed printed = night({"--no-report", "--pairs", "3", "--confirm-budget", "0"});
    EXPECT_EQ(printed.code, 0) << printed.out << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("left to be tested another night: 1 change"));
    EXPECT_EQ(query("SELECT state FROM change_point"), "found");
    const Printed tested = night();
    EXPECT_EQ(tested.code, 1) << tested.out << tested.err;
    EXPECT_EQ(query("SELECT state FROM change_point"), "confirmed");
}

TEST_F(Nightly, AnOverlappingNightSaysSoAndDoesNothing) {
    const auto held = run::Turn::try_take(lock());
    ASSERT_TRUE(held.value().has_value());
    const Printed printed = night();
    EXPECT_EQ(printed.code, 0);
    EXPECT_THAT(printed.out, HasSubstr("another night is being measured"));
    EXPECT_FALSE(fs::exists(database_));
}

TEST_F(Nightly, ACommitThatDoesNotBuildFailsTheNightAndTheNextOneGoesOn) {
    night();
    const std::string broken = commit("1");
    const Printed failed = vmbench({"nightly", "--repository", project().string(), "--build-command", "false",
                                    "--suites", "out", "--no-report"},
                                   environment("steady"));
    EXPECT_EQ(failed.code, 3);
    EXPECT_THAT(failed.err, HasSubstr("failed, see"));
    EXPECT_EQ(query("SELECT status FROM night WHERE number = 2"), "failed");
    EXPECT_EQ(night().code, 0);
}

TEST_F(Nightly, StoppedByASignalItKeepsWhatItHas) {
    // The store is made at once, so that it can be asked from the start.
    ASSERT_TRUE(store::open_store(database_, 1).has_value());
    const pid_t child = start({"--no-report", "--pairs", "20"}, "slow,steady");
    while (waitpid(child, nullptr, WNOHANG) == 0 && query("SELECT count(*) FROM pair") == "0") usleep(50'000);
    kill(child, SIGTERM);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 3);
    EXPECT_EQ(query("SELECT status FROM night"), "interrupted");
    expect_every_point();
}

TEST_F(Nightly, AStoreThatCannotBeWrittenLosesNothing) {
    ASSERT_EQ(night().code, 0);
    const std::string before = query("SELECT count(*) FROM pair");
    const pid_t child = start({"--no-report", "--pairs", "40"}, "steady");
    while (waitpid(child, nullptr, WNOHANG) == 0 && query("SELECT count(*) FROM pair") == before)
        usleep(10'000);
    int status = 0;
    {
        auto store = store::Connection::open(database_.string()).value();
        const auto held = store::Transaction::begin(store);
        ASSERT_TRUE(held.has_value());
        waitpid(child, &status, 0);
    }
    EXPECT_EQ(WEXITSTATUS(status), 3);
    EXPECT_EQ(query("SELECT status FROM night WHERE number = 2"), "running");
    const Printed next = night();
    EXPECT_EQ(next.code, 0) << next.out << next.err;
    EXPECT_EQ(query("SELECT group_concat(status) FROM night"), "complete,interrupted,complete");
    expect_every_point();
    EXPECT_EQ(vmbench({"db", "check"}).code, 0);
}

TEST_F(Nightly, KilledAtTwentyRandomMomentsLosesNothingAndTheNextCompletes) {
    const std::vector<std::string> options = {"--pairs", "4", "--report", (folder_ / "report").string()};
    const auto began = std::chrono::steady_clock::now();
    ASSERT_EQ(night(options, "steady,other").code, 0);
    const auto whole =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    std::mt19937 random(20);
    std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
    int pairs = std::stoi(query("SELECT count(*) FROM pair"));
    for (int i = 0; i < 20; ++i) {
        const pid_t child = start(options, "steady,other");
        usleep(static_cast<useconds_t>(moment(random)));
        kill(-child, SIGKILL);
        waitpid(child, nullptr, 0);
        const int now = std::stoi(query("SELECT count(*) FROM pair"));
        EXPECT_GE(now, pairs);
        pairs = now;
        EXPECT_THAT(content(folder_ / "report/index.md"), HasSubstr("## Nights"));
    }
    const Printed last = night(options, "steady,other");
    EXPECT_EQ(last.code, 0) << last.out << last.err;
    EXPECT_EQ(query("SELECT status FROM night ORDER BY number DESC LIMIT 1"), "complete");
    EXPECT_EQ(query("SELECT count(*) FROM night WHERE status = 'running'"), "0");
    EXPECT_EQ(query("SELECT count(*) FROM run WHERE status = 'running'"), "0");
    expect_every_point();
    EXPECT_EQ(vmbench({"db", "check"}).code, 0);
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
        EXPECT_FALSE(entry.path().filename().string().starts_with(".report")) << entry.path();
    }
}

TEST_F(Nightly, OldNightsLoseTheirPairsButNotWhatTheySaid) {
    for (int i = 0; i < 3; ++i) night({"--no-report", "--pairs", "3", "--keep-pairs", "1"});
    EXPECT_EQ(query("SELECT count(DISTINCT run_id) FROM pair"), "1");
    EXPECT_EQ(query("SELECT count(*) FROM night_point WHERE pairs > 0"), "3");
}

TEST_F(Nightly, APlanMeasuresNothing) {
    const Printed plan = night({"--plan"});
    EXPECT_EQ(plan.code, 0) << plan.err;
    EXPECT_THAT(plan.out, HasSubstr("1 of 1 benchmark can be measured"));
    EXPECT_EQ(query("SELECT count(*) FROM night"), "0");
}

class Changepoints : public Nightly {
  protected:
    fs::path series(int count, int step_at) {
        const fs::path path = folder_ / "series.csv";
        std::ofstream file(path);
        file << "benchmark,value,time\n";
        for (int i = 0; i < count; ++i) {
            file << "s/a," << (i < step_at ? 100 : 110) + 0.1 * (i * 7 % 5) << ",2026-01-" << 10 + i / 24
                 << "T" << (i % 24 < 10 ? "0" : "") << i % 24 << ":00:00Z\n";
        }
        return path;
    }
};

TEST_F(Changepoints, AreFoundInAnImportedSeries) {
    const Printed printed = vmbench({"changepoints", series(40, 25).string()});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("s/a"));
    EXPECT_THAT(printed.out, HasSubstr("25"));
    EXPECT_THAT(printed.out, HasSubstr("2026-01-11 01:00:00"));
    EXPECT_THAT(printed.out, HasSubstr("+10.0 %"));
    EXPECT_THAT(printed.out, HasSubstr("1 change in 1 series"));
}

TEST_F(Changepoints, AreWrittenAsJsonToo) {
    const Printed printed = vmbench({"changepoints", series(40, 25).string(), "--format", "json"});
    EXPECT_THAT(printed.out, HasSubstr(R"("schema": "vmbench-changepoints 1")"));
    EXPECT_THAT(printed.out, HasSubstr(R"("index": 25)"));
    EXPECT_EQ(printed.out, vmbench({"changepoints", series(40, 25).string(), "--format", "json"}).out);
}

TEST_F(Changepoints, AreNotLookedForInAShortSeries) {
    EXPECT_THAT(vmbench({"changepoints", series(19, 10).string()}).out,
                HasSubstr("not looked at, shorter than 20 values: 1"));
}

TEST_F(Changepoints, OfStoredNightsAreThoseOfTheirCorrectedSeries) {
    make_history(commit("1.1"), 0);
    EXPECT_THAT(vmbench({"changepoints", "--benchmark", "fake/steady"}).out, HasSubstr("no change found"));
    EXPECT_THAT(vmbench({"changepoints", "--benchmark", "fake/none"}).err,
                HasSubstr("no night has measured 'fake/none'"));
}

}  // namespace
}  // namespace harness::tests
