#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SelfTest : public Bench {
  protected:
    // A small self-test: what it prints as JSON, with the exit code.
    std::pair<int, nlohmann::json> self_test(const std::vector<std::string>& more,
                                             const std::string& cases = "steady,other") {
        std::vector<std::string> arguments = {"selftest", "--format", "json", "--gates",
                                              "300",      "--seed",   "3"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Printed printed = vmbench(arguments, {"FAKE_CASES=" + cases});
        said_ = printed.err;
        return {printed.code, nlohmann::json::parse(printed.out, nullptr, false)};
    }

    std::string said_;
};

TEST_F(SelfTest, MeasuresACopyAndKeepsItsPairs) {
    const auto [code, json] = self_test({"--aa", "4"});
    EXPECT_EQ(code, 6) << said_;
    EXPECT_EQ(json["standing"], "too few pairs to say");
    EXPECT_EQ(json["pairs"], 8);
    EXPECT_EQ(query("SELECT COUNT(*) >= 8 FROM pair WHERE stage = 'control' AND slowdown = 1"), "1");
    EXPECT_EQ(query("SELECT COUNT(DISTINCT head_program) FROM pair WHERE head_program <> base_program"), "1");
    EXPECT_EQ(query("SELECT COUNT(*) FROM pair WHERE base_build_id <> head_build_id"), "0");
    EXPECT_EQ(query("SELECT SUM(length(base_program) - length(head_program)) FROM pair"), "0");
    // The copy is gone.
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_))
        if (entry.is_directory()) names.push_back(entry.path().filename().string());
    EXPECT_THAT(names, ElementsAre("suites"));
}

TEST_F(SelfTest, LeavesReferenceRowsOut) {
    const auto [code, json] = self_test({"--aa", "1"}, "steady,raw_steady");
    EXPECT_EQ(json["rows"].size(), 1u);
    EXPECT_EQ(query("SELECT group_concat(DISTINCT benchmark) FROM pair"), "fake/steady");
}

TEST_F(SelfTest, GoesOnWhereAnEarlierOneEnded) {
    self_test({"--aa", "3"});
    const auto [code, json] = self_test({"--aa", "5"});
    EXPECT_EQ(code, 6) << said_;
    EXPECT_EQ(json["pairs"], 10);
    EXPECT_EQ(json["runs"].size(), 2u);
    EXPECT_EQ(query("SELECT COUNT(*) >= 10 FROM pair"), "1");
    EXPECT_EQ(self_test({"--aa", "0"}).second["pairs"], 10);
    EXPECT_EQ(self_test({"--aa", "0", "--no-bank"}).second["pairs"], 0);
    EXPECT_EQ(query("SELECT COUNT(*) FROM run"), "2");
    const std::string first = query("SELECT id FROM run ORDER BY started_ns LIMIT 1");
    EXPECT_EQ(self_test({"--aa", "0", "--bank", first.substr(0, 12)}).second["pairs"], 6);
}

TEST_F(SelfTest, HoldsWhereNothingAlarmsAndSlowdownsAreFound) {
    const auto [code, json] = self_test({"--aa", "60", "--inject", "5%", "--inject-into", "1"});
    EXPECT_EQ(code, 0) << said_ << json;
    EXPECT_EQ(json["standing"], "holds") << json["reasons"];
    EXPECT_EQ(json["swapped"]["alarms"]["of"], 300);
    EXPECT_EQ(json["power"][0]["slowdown"], 1.05);
    EXPECT_EQ(json["power"][0]["found"]["hits"], 300);
    EXPECT_EQ(query("SELECT COUNT(*) >= 60 FROM pair WHERE slowdown = 1.05"), "1");
}

TEST_F(SelfTest, AlarmsWhereTheSidesAreNotEqual) {
    fs::copy(folder_ / "suites", folder_ / "slower", fs::copy_options::recursive);
    std::ofstream(folder_ / "slower/fake.factor") << 1.05;
    const auto [code, json] = self_test({"--aa", "36", "--relinked", (folder_ / "slower").string()});
    EXPECT_EQ(code, 1) << said_;
    EXPECT_EQ(json["standing"], "alarms without cause");
    EXPECT_THAT(json["reasons"].dump(), HasSubstr("gates as measured alarm without cause"));
    EXPECT_THAT(json["reasons"].dump(), HasSubstr("the equal sides of 'fake/steady' differ by"));
}

TEST_F(SelfTest, SaysWhichBenchmarkFailed) {
    const auto [code, json] = self_test({"--aa", "2"}, "steady,wrong");
    EXPECT_EQ(code, 3) << said_;
    EXPECT_THAT(json["notes"].dump(), HasSubstr("fake/wrong"));
    EXPECT_THAT(json["notes"].dump(), HasSubstr("sum is 3, not 4"));
    EXPECT_EQ(json["rows"].size(), 1u);
}

TEST_F(SelfTest, RunsRealGates) {
    const auto [code, json] = self_test({"--aa", "0", "--live", "1"}, "steady");
    EXPECT_EQ(code, 6) << said_;
    EXPECT_EQ(json["live"]["gates"], 1);
    EXPECT_EQ(json["live"]["alarms"], 0);
    EXPECT_EQ(json["pairs"], 12) << "a gate's screening is of equal sides, too";
}

TEST_F(SelfTest, CountsRealGatesOfEarlierOnes) {
    self_test({"--aa", "0", "--live", "1"}, "steady");
    const auto [code, json] = self_test({"--aa", "14", "--live", "1"}, "steady");
    EXPECT_EQ(code, 6) << said_;
    EXPECT_EQ(json["live"]["gates"], 2);
    EXPECT_EQ(json["pairs"], 24);
    EXPECT_EQ(query("SELECT COUNT(*) FROM run"), "2") << "the gates' pairs were enough";
    EXPECT_EQ(self_test({"--aa", "0", "--no-bank"}, "steady").second["live"]["gates"], 0);
}

TEST_F(SelfTest, OtherGatesAreNotOfEqualSides) {
    add_sides();
    vmbench({"ab", (folder_ / "base").string(), (folder_ / "head").string(), kNoteConditions},
            {"FAKE_CASES=steady"});
    const auto [code, json] = self_test({"--aa", "0"}, "steady");
    EXPECT_EQ(json["pairs"], 0);
    EXPECT_EQ(json["live"]["gates"], 0);
}

TEST_F(SelfTest, EndsInATerminalWithOneLine) {
    const Printed printed = vmbench({"selftest", "--aa", "2", "--seed", "1"}, {"FAKE_CASES=steady"});
    EXPECT_THAT(printed.out, HasSubstr("\nself-test: too few pairs to say: "));
    EXPECT_THAT(printed.err, HasSubstr("1 benchmark against a copy, seed 1"));
}

TEST_F(SelfTest, RefusesWhatItCannotRead) {
    EXPECT_THAT(vmbench({"selftest", "--inject", "much"}).err, HasSubstr("--inject: "));
    EXPECT_THAT(vmbench({"selftest", "--format", "xml"}).err, HasSubstr("unknown format 'xml'"));
    EXPECT_EQ(vmbench({"selftest", "--bank", "12345678"}).code, 2);
}

TEST_F(SelfTest, TheDoctorSaysWhatTheMachineIsLikeAndWhatAMinuteShows) {
    const Printed printed = vmbench({"doctor", "--budget", "3s"}, {"FAKE_CASES=steady"});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("machine class"));
    EXPECT_THAT(printed.out, HasSubstr("address layout"));
    EXPECT_THAT(printed.out, HasSubstr("conditions are noisy"));
    EXPECT_THAT(printed.out, HasSubstr("smallest change a minute shows"));
    EXPECT_THAT(printed.out, HasSubstr("fake/steady"));
    EXPECT_FALSE(fs::exists(database_));
}

TEST_F(SelfTest, TheDoctorNeedsNoBenchmarksToLookAtTheMachine) {
    const Printed printed = vmbench({"doctor", "--no-measuring"});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_THAT(printed.out, Not(HasSubstr("fake/")));
}

}  // namespace
}  // namespace harness::tests
