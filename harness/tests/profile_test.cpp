#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "harness/run/callgrind.h"
#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Two builds of the fake suite, the real vmbench and the real valgrind.
class Profiles : public Bench {
  protected:
    void SetUp() override {
        Bench::SetUp();
        ASSERT_TRUE(run::find_valgrind().has_value()) << "valgrind is missing: run scripts/bootstrap";
        add_sides();
    }

    void slow_head(double factor) { std::ofstream(folder_ / "head/suites/fake.factor") << factor; }

    Printed profile(const std::string& benchmark, const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments = {"profile", benchmark, folder_ / "base", folder_ / "head"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return vmbench(arguments, {"FAKE_CASES=computes,stalls,steady"});
    }

    // Both sides' measured verdicts, instructions among them.
    nlohmann::json compare(const std::string& cases) {
        const Printed printed = vmbench({"ab", folder_ / "base", folder_ / "head", "fake", "--metric",
                                         "instructions", "--seed", "1", kNoteConditions, "--format", "json"},
                                        {"FAKE_CASES=" + cases});
        EXPECT_NE(printed.code, 2) << printed.err;
        return nlohmann::json::parse(printed.out);
    }

    Result<model::Instructions> count(const std::string& case_id) {
        run::CallgrindStart what;
        what.valgrind = run::find_valgrind().value();
        what.program = folder_ / "base/suites/fake";
        what.case_id = case_id;
        what.iterations = 10'000;
        return run::count_instructions(what, interrupts_);
    }

    run::Interrupts interrupts_ = std::move(run::Interrupts::create().value());
};

std::optional<nlohmann::json> row_of(const nlohmann::json& comparison, const std::string& metric) {
    for (const auto& row : comparison.at("verdicts")) {
        if (row.at("metric") == metric) return row;
    }
    return std::nullopt;
}

TEST_F(Profiles, TwoCountsOfOneCaseAreTheSame) {
    const auto first = count("computes").value();
    const auto second = count("computes").value();
    EXPECT_GT(first.per_iteration, 25 * 5);
    EXPECT_LT(first.per_iteration, 25 * 50);
    EXPECT_NEAR(second.per_iteration / first.per_iteration, 1, 0.001);
}

TEST_F(Profiles, InstructionsThatValgrindDoesNotKnowAskForAPortableBuild) {
    EXPECT_THAT(count("wide").error().message, HasSubstr("count a portable build (cmake --preset portable)"));
}

TEST_F(Profiles, AFunctionThatDoesMoreIsNamed) {
    slow_head(1.2);
    const Printed printed = profile("fake/computes", {"--format", "json"});
    ASSERT_EQ(printed.code, 0) << printed.err;
    const auto report = nlohmann::json::parse(printed.out);
    ASSERT_EQ(report.at("functions").size(), 1U) << printed.out;
    const auto& moved = report.at("functions")[0];
    EXPECT_THAT(moved.at("function").get<std::string>(), HasSubstr("churn(long)"));
    EXPECT_NEAR(moved.at("share").get<double>(), 0.2, 0.01);
    const Printed table = profile("fake/computes");
    EXPECT_THAT(table.out, HasSubstr("against " + (folder_ / "head").string() + ": 1 function moved"));
    EXPECT_THAT(table.out, HasSubstr("churn(long)"));
}

TEST_F(Profiles, OfEqualBuildsNoFunctionMoves) {
    const Printed printed = profile("fake/computes", {"--format", "markdown"});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("no function's own instructions moved"));
}

TEST_F(Profiles, ACaseThatOnlyWaitsCannotBeCounted) {
    const Printed printed = profile("fake/steady");
    EXPECT_EQ(printed.code, 3);
    EXPECT_THAT(printed.err, HasSubstr("base: "));
    EXPECT_THAT(printed.err, HasSubstr("too few instructions to be counted"));
}

TEST_F(Profiles, WhatCannotBeProfiledIsRefused) {
    EXPECT_THAT(profile("fake").err, HasSubstr("'fake' is not a benchmark's name: SUITE/CASE is"));
    EXPECT_THAT(profile("fake/nosuch").err, HasSubstr("no benchmark 'fake/nosuch'"));
    EXPECT_THAT(profile("none/such").err, HasSubstr("no suite 'none'"));
    EXPECT_THAT(profile("fake/computes", {"--format", "png"}).err, HasSubstr("no format 'png'"));
    EXPECT_EQ(profile("fake/nosuch").code, 2);
}

TEST_F(Profiles, WithoutValgrindItSaysWhatToInstall) {
    const Printed printed =
        vmbench({"profile", "fake/computes", folder_ / "base", folder_ / "head"}, {"PATH=/nonexistent"});
    EXPECT_EQ(printed.code, 2);
    EXPECT_THAT(printed.err, HasSubstr("valgrind, which is not installed (run scripts/bootstrap)"));
}

TEST_F(Profiles, MoreInstructionsAreASuspectBesideTheTime) {
    slow_head(1.04);
    const auto comparison = compare("computes");
    const auto row = row_of(comparison, "instructions").value();
    EXPECT_EQ(row.at("role"), "shown");
    EXPECT_NEAR(row.at("effect").at("ratio").get<double>(), 1.04, 0.002);
    EXPECT_THAT(row.at("note").get<std::string>(), HasSubstr("suspect: +"));
}

TEST_F(Profiles, MoreTimeForTheSameInstructionsIsToldApart) {
    slow_head(1.3);
    const auto comparison = compare("stalls");
    const auto time = row_of(comparison, "time").value();
    EXPECT_EQ(time.at("verdict"), "regressed");
    EXPECT_THAT(time.at("note").get<std::string>(),
                HasSubstr("time up, instructions equal: code layout or memory suspected"));
    EXPECT_EQ(row_of(comparison, "instructions").value().at("verdict"), "unchanged");
}

}  // namespace
}  // namespace harness::tests
