#include "harness/judge/instructions.h"

#include <gmock/gmock.h>

#include "harness/judge/exit_code.h"
#include "harness/judge/side_by_side.h"
#include "harness/judge/test_pairs.h"

namespace harness::judge {
namespace {

using model::Comparison;
using model::Role;
using model::Verdict;
using model::VerdictKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

InstructionCount counted(double base, double head) { return {"memory/read", base, head, ""}; }

// A comparison of one benchmark of this kind, with this count.
Comparison with(VerdictKind kind, const InstructionCount& count) {
    Verdict time;
    time.benchmark = "memory/read";
    time.metric = "time";
    time.kind = kind;
    Comparison comparison;
    comparison.verdicts = {time};
    add_instructions(comparison, std::vector{count});
    return comparison;
}

TEST(Instructions, AreARowThatIsShown) {
    const Verdict row = with(VerdictKind::unchanged, counted(1000, 1005)).verdicts.at(1);
    EXPECT_EQ(row.benchmark, "memory/read");
    EXPECT_EQ(row.metric, "instructions");
    EXPECT_EQ(row.role, Role::shown);
    EXPECT_EQ(row.kind, VerdictKind::unchanged);
    EXPECT_EQ(row.base, 1000);
    EXPECT_EQ(row.head, 1005);
    EXPECT_DOUBLE_EQ(row.effect->ratio, 1.005);
    EXPECT_EQ(row.note, "");
}

TEST(Instructions, OneInAHundredMoreMakesASuspectAndNoFailure) {
    const Comparison comparison = with(VerdictKind::unchanged, counted(1000, 1020));
    EXPECT_EQ(comparison.verdicts[1].kind, VerdictKind::inconclusive);
    EXPECT_EQ(comparison.verdicts[1].note, "suspect: +2.0 % instructions; time decides");
    EXPECT_THAT(comparison.notes,
                ElementsAre("more instructions make suspects, on which time decides: memory/read (+2.0 %); "
                            "`vmbench profile` shows where they are"));
    EXPECT_EQ(exit_code(comparison, OnInconclusive::fail), model::ExitCode::ok);
}

TEST(Instructions, FewerAreAnImprovement) {
    const Comparison comparison = with(VerdictKind::unchanged, counted(1000, 980));
    EXPECT_EQ(comparison.verdicts[1].kind, VerdictKind::improved);
    EXPECT_THAT(comparison.notes, IsEmpty());
}

TEST(Instructions, ARegressionAtEqualCountsIsOfLayoutOrMemory) {
    const Comparison equal = with(VerdictKind::regressed, counted(10'000, 10'009));
    EXPECT_EQ(equal.verdicts[0].note, "time up, instructions equal: code layout or memory suspected");
    EXPECT_EQ(with(VerdictKind::regressed, counted(10'000, 9'991)).verdicts[0].note, equal.verdicts[0].note);
    EXPECT_EQ(with(VerdictKind::regressed, counted(10'000, 10'011)).verdicts[0].note, "");
    EXPECT_EQ(with(VerdictKind::inconclusive, counted(10'000, 10'000)).verdicts[0].note, "");
}

TEST(Instructions, ARegressionOfAnotherMetricIsNotOfLayout) {
    Verdict size;
    size.benchmark = "memory/read";
    size.metric = "rss";
    size.kind = VerdictKind::regressed;
    Comparison comparison;
    comparison.verdicts = {size};
    add_instructions(comparison, std::vector{counted(1000, 1000)});
    EXPECT_EQ(comparison.verdicts[0].note, "");
}

TEST(Instructions, WhatCouldNotBeCountedIsSaidOnceAReason) {
    Comparison comparison;
    const std::vector<InstructionCount> counts = {
        {"a/1", {}, {}, "no"}, {"a/2", {}, {}, "no"}, {"a/3", {}, {}, "hung"}, {"a/4", 0, 0, ""}};
    add_instructions(comparison, counts);
    EXPECT_THAT(comparison.verdicts, IsEmpty());
    EXPECT_THAT(comparison.notes, ElementsAre("instructions not counted of a/3: hung",
                                              "instructions not counted of a/1, a/2: no",
                                              "instructions not counted of a/4: there are none"));
}

TEST(Instructions, ASuspectByThemIsDecidedOnFreshPairs) {
    std::vector<PairedRow> rows = {testing::row("memory/read", 0, 0), testing::row("memory/write", 0, 0)};
    for (PairedRow& row : rows) row.value.fresh.clear();
    EXPECT_EQ(next_step(rows, {}).pairs, Step::Pairs::none);
    rows[0].suspected = is_suspect("memory/read", std::vector{counted(100, 102)});
    rows[1].suspected = is_suspect("memory/write", std::vector{counted(100, 102)});
    const Step step = next_step(rows, {});
    EXPECT_EQ(step.pairs, Step::Pairs::fresh);
    EXPECT_THAT(step.rows, ElementsAre(0U));
}

TEST(Instructions, OfASuspectTimeDecides) {
    std::vector<PairedRow> rows = {testing::row("memory/read", 0, 0)};
    rows[0].suspected = true;
    const Comparison comparison = judge_side_by_side(rows, {}, {});
    EXPECT_EQ(comparison.verdicts[0].kind, VerdictKind::unchanged);
}

}  // namespace
}  // namespace harness::judge
