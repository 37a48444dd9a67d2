#include <fstream>

#include <gmock/gmock.h>

#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Two build folders, "base" and "head", each with the fake suite.
class SideBySide : public Bench {
  protected:
    void SetUp() override {
        Bench::SetUp();
        add_sides();
    }

    void slow_head(const char* factor) { std::ofstream(folder_ / "head/suites/fake.factor") << factor; }

    Printed ab(const std::string& cases, std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"ab", (folder_ / "base").string(), (folder_ / "head").string(), "--seed",
                                   "1", kNoteConditions});
        return vmbench(more, {"FAKE_CASES=" + cases});
    }

    std::string run_id() { return query("SELECT id FROM run"); }
};

TEST_F(SideBySide, EqualBuildsAreFoundUnchanged) {
    const Printed printed = ab("steady,other");
    EXPECT_EQ(printed.code, 0) << printed.out << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("2 unchanged"));
    EXPECT_THAT(printed.out, HasSubstr("measured again by: vmbench ab"));
    EXPECT_EQ(query("SELECT status FROM run"), "complete");
    EXPECT_EQ(query("SELECT count(*) >= 24 FROM pair WHERE stage = 'screening'"), "1");
    EXPECT_EQ(query("SELECT count(*) >= 24 FROM pair WHERE stage = 'control'"), "1");
}

TEST_F(SideBySide, ASlowerBuildIsARegressionOfTheRightBenchmark) {
    slow_head("1.1");
    const Printed printed = ab("steady,raw_steady", {"--references"});
    EXPECT_EQ(printed.code, 1) << printed.out << printed.err;
    EXPECT_THAT(printed.out, AllOf(HasSubstr("fake/steady"), HasSubstr("regressed")));
    EXPECT_EQ(query("SELECT kind FROM verdict WHERE benchmark = 'fake/steady'"), "regressed");
    EXPECT_EQ(query("SELECT kind FROM verdict WHERE benchmark = 'fake/raw_steady'"), "unchanged");
}

TEST_F(SideBySide, ReferenceRowsAreMeasuredOnRequestOnly) {
    ASSERT_EQ(ab("steady,raw_steady").code, 0);
    EXPECT_EQ(query("SELECT count(*) FROM pair WHERE benchmark = 'fake/raw_steady'"), "0");
}

TEST_F(SideBySide, JudgingAgainGivesTheSameVerdicts) {
    slow_head("1.1");
    const Printed measured = ab("steady,raw_steady", {"--format", "json"});
    EXPECT_EQ(measured.code, 1) << measured.err;
    const Printed judged = vmbench({"judge", "--run", run_id().substr(0, 8), "--format", "json"});
    EXPECT_EQ(judged.code, 1) << judged.err;
    EXPECT_EQ(judged.out, measured.out);
}

TEST_F(SideBySide, WorkersThatAreInterruptedMakeTheRunVoid) {
    slow_head("1.1");
    const Printed printed =
        vmbench({"ab", (folder_ / "base").string(), (folder_ / "head").string(), "--seed", "1"},
                {"FAKE_CASES=interrupted"});
    EXPECT_EQ(printed.code, 5) << printed.out << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("void: "));
    EXPECT_THAT(printed.out, HasSubstr(" times a second (limit 500)"));
    EXPECT_EQ(vmbench({"judge", "--run", run_id()}).code, 5);
}

TEST_F(SideBySide, BadConditionsAreNotedWhereThatIsWanted) {
    slow_head("1.1");
    const Printed printed = ab("interrupted");
    EXPECT_EQ(printed.code, 1) << printed.out << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("note: bad conditions: "));
    EXPECT_THAT(printed.out, HasSubstr(" times a second (limit 500)"));
    EXPECT_EQ(vmbench({"judge", "--run", run_id()}).code, 1);
}

TEST_F(SideBySide, RunsOfProcessesAreNotJudgedThisWay) {
    ASSERT_EQ(measure("steady").code, 0);
    const Printed judged = vmbench({"judge", "--run", run_id()});
    EXPECT_EQ(judged.code, 2);
    EXPECT_THAT(judged.err, HasSubstr("was not measured side by side"));
}

TEST_F(SideBySide, TheSameSeedMeasuresInTheSameOrder) {
    // Pairs that a busy machine disturbs are measured once more, at the end.
    const std::string order =
        "SELECT group_concat(benchmark || stage || seed) FROM "
        "(SELECT benchmark, stage, seed FROM pair ORDER BY position LIMIT 40)";
    ASSERT_EQ(ab("steady,other").code, 0);
    const std::string first = query(order);
    fs::remove(database_);
    ASSERT_EQ(ab("steady,other").code, 0);
    EXPECT_EQ(query(order), first);
}

TEST_F(SideBySide, ACrashingBenchmarkFailsAndTheOthersAreMeasured) {
    const Printed printed = ab("steady,crash");
    EXPECT_EQ(printed.code, 3) << printed.out << printed.err;
    EXPECT_EQ(query("SELECT kind FROM verdict WHERE benchmark = 'fake/crash'"), "failed");
    EXPECT_EQ(query("SELECT kind FROM verdict WHERE benchmark = 'fake/steady'"), "unchanged");
}

TEST_F(SideBySide, WithoutWorkerModeWholeProcessesTakeTurns) {
    const Printed printed = vmbench(
        {"ab", (folder_ / "base").string(), (folder_ / "head").string(), "--seed", "1", kNoteConditions},
        {"FAKE_CASES=steady", "FAKE_WORKER=off"});
    EXPECT_EQ(printed.code, 0) << printed.out << printed.err;
    EXPECT_THAT(printed.err, HasSubstr("measured by whole processes"));
    EXPECT_EQ(query("SELECT DISTINCT method FROM pair"), "processes");
}

TEST_F(SideBySide, APlanMeasuresNothing) {
    const Printed printed = ab("steady,other", {"--plan"});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_THAT(printed.out, AllOf(HasSubstr("2 of 2 benchmarks"), HasSubstr("12 pairs each")));
    EXPECT_EQ(query("SELECT count(*) FROM run"), "0");
}

TEST_F(SideBySide, ASpentBudgetLeavesInconclusiveRows) {
    const Printed printed = ab("steady", {"--budget", "1ms", "--fail-on-inconclusive"});
    EXPECT_EQ(printed.code, 6) << printed.out << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("was spent before all pairs were measured"));
}

TEST_F(SideBySide, AFolderWithoutSuitesIsAUsageError) {
    fs::remove_all(folder_ / "head/suites");
    const Printed printed = ab("steady");
    EXPECT_EQ(printed.code, 2);
    EXPECT_THAT(printed.err, HasSubstr("no suite programs in"));
}

TEST_F(SideBySide, AnyCommandLineCanBeMeasured) {
    std::ofstream(folder_ / "base/number") << "1";
    std::ofstream(folder_ / "head/number") << "8000";
    const std::string count = "i=0; n=$(cat number); while [ $i -lt $n ]; do i=$((i+1)); done";
    const Printed printed = ab("", {"--command", count, "--budget", "60s"});
    EXPECT_EQ(printed.code, 1) << printed.out << printed.err;
    EXPECT_EQ(query("SELECT DISTINCT method FROM pair"), "processes");
    EXPECT_THAT(printed.out, HasSubstr("command/i=0;"));
}

TEST_F(SideBySide, ACommandLineThatFailsIsAFailedBenchmark) {
    EXPECT_EQ(ab("", {"--command", "exit 3"}).code, 3);
    EXPECT_EQ(query("SELECT kind FROM verdict"), "failed");
}

TEST_F(SideBySide, ProgramsOfOtherNamesAreTwoBuildsOfOneSuite) {
    fs::copy_symlink(folder_ / "suites/fake", folder_ / "before");
    fs::copy_symlink(folder_ / "suites/fake", folder_ / "after");
    std::ofstream(folder_ / "after.factor") << "1.1";
    const Printed printed = vmbench(
        {"ab", (folder_ / "before").string(), (folder_ / "after").string(), "--seed", "1", kNoteConditions},
        {"FAKE_CASES=steady,raw_steady", "FAKE_WORKER=off"});
    EXPECT_EQ(printed.code, 1) << printed.out << printed.err;
    EXPECT_EQ(query("SELECT kind FROM verdict WHERE benchmark = 'after/steady'"), "regressed");
}

// A repository whose build command makes the fake suite as slow as the file "factor" says.
class Gate : public Bench {
  protected:
    void SetUp() override {
        Bench::SetUp();
        fs::create_directories(repository());
        git("init --quiet --initial-branch=main");
        commit("1", "first");
        git("checkout --quiet -b work");
    }

    fs::path repository() const { return folder_ / "repository"; }

    void git(const std::string& arguments) {
        const std::string command =
            fmt::format("cd '{}' && git -c user.name=N -c user.email=n@example.org {} >&2",
                        repository().string(), arguments);
        ASSERT_EQ(std::system(command.c_str()), 0) << command;
    }

    void commit(const std::string& factor, const std::string& message) {
        std::ofstream(repository() / "factor") << factor;
        git("add --all");
        git("commit --quiet --allow-empty -m " + message);
    }

    Printed gate(std::vector<std::string> more = {}, const std::string& cases = "steady,raw_steady") {
        const std::string build = fmt::format(
            "mkdir -p out && ln -sf '{0}/fake' out/fake && cp '{0}/fake.json' out/ && cp factor "
            "out/fake.factor",
            (folder_ / "suites").string());
        more.insert(more.begin(), {"gate", "--repository", repository().string(), "--build-command", build,
                                   "--suites", "out", "--seed", "1", kNoteConditions});
        return vmbench(more, {"FAKE_CASES=" + cases, "XDG_CACHE_HOME=" + (folder_ / "cache").string()});
    }
};

TEST_F(Gate, LetsAChangePassThatIsAsFast) {
    commit("1.000", "same");
    const Printed printed = gate();
    EXPECT_EQ(printed.code, 0) << printed.out << printed.err;
}

TEST_F(Gate, StopsAChangeThatIsSlower) {
    commit("1.1", "slower");
    const Printed printed = gate({"--report", (folder_ / "report").string()});
    EXPECT_EQ(printed.code, 1) << printed.out << printed.err;
    for (const char* name : {"gate.md", "gate.json", "gate.xml", "gate.csv"})
        EXPECT_TRUE(fs::exists(folder_ / "report" / name)) << name;
}

TEST_F(Gate, TakesTheRulesOfTheMergeBase) {
    fs::create_directories(repository() / "baselines");
    std::ofstream(repository() / "baselines/thresholds.json") << R"({"default": "not a number"})";
    commit("1", "excuse");
    EXPECT_EQ(gate().code, 0) << "the change's own rules do not count";
}

TEST_F(Gate, SaysThatABuildFailed) {
    commit("1", "broken");
    const Printed printed = vmbench({"gate", "--repository", repository().string(), "--build-command",
                                     "echo no compiler; exit 3", "--suites", "out"},
                                    {"XDG_CACHE_HOME=" + (folder_ / "cache").string()});
    EXPECT_EQ(printed.code, 2);
    EXPECT_THAT(printed.err, AllOf(HasSubstr("build"), Not(HasSubstr("\n\n"))));
}

}  // namespace
}  // namespace harness::tests
