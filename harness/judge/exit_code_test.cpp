#include "harness/judge/exit_code.h"

#include <gtest/gtest.h>

#include "harness/judge/test_records.h"

namespace harness::judge {
namespace {

using model::Comparison;
using model::ExitCode;
using model::Role;
using model::VerdictKind;

void add(Comparison& comparison, VerdictKind kind, Role role = Role::deciding) {
    model::Verdict verdict;
    verdict.kind = kind;
    verdict.role = role;
    comparison.verdicts.push_back(verdict);
}

ExitCode code_of(const Comparison& comparison, OnInconclusive on_inconclusive = OnInconclusive::pass) {
    return exit_code(comparison, on_inconclusive);
}

TEST(MostImportant, FollowsTheDocumentedPrecedence) {
    std::vector<ExitCode> codes{ExitCode::ok,         ExitCode::inconclusive, ExitCode::measurement_failed,
                                ExitCode::regression, ExitCode::run_void,     ExitCode::not_comparable,
                                ExitCode::usage};
    const ExitCode order[] = {ExitCode::usage,      ExitCode::not_comparable,     ExitCode::run_void,
                              ExitCode::regression, ExitCode::measurement_failed, ExitCode::inconclusive,
                              ExitCode::ok};
    for (const ExitCode expected : order) {
        EXPECT_EQ(most_important(codes), expected);
        codes.pop_back();
    }
}

TEST(ExitCode, OfAComparisonWithoutRegressionIsZero) {
    Comparison comparison;
    for (const auto kind : {VerdictKind::unchanged, VerdictKind::improved, VerdictKind::inconclusive,
                            VerdictKind::created, VerdictKind::missing}) {
        add(comparison, kind);
    }
    EXPECT_EQ(code_of(comparison), ExitCode::ok);
}

TEST(ExitCode, OfARegressionIsOneEvenWhereAnotherBenchmarkFailed) {
    Comparison comparison;
    add(comparison, VerdictKind::failed);
    EXPECT_EQ(code_of(comparison), ExitCode::measurement_failed);
    add(comparison, VerdictKind::regressed);
    EXPECT_EQ(code_of(comparison), ExitCode::regression);
}

TEST(ExitCode, OfAMissingBenchmarkIsOneOnlySideBySide) {
    Comparison comparison;
    add(comparison, VerdictKind::missing);
    EXPECT_EQ(code_of(comparison), ExitCode::ok);
    comparison.method = model::Method::side_by_side;
    EXPECT_EQ(code_of(comparison), ExitCode::regression);
}

TEST(ExitCode, OfABenchmarkThatIsNotComparableIsFourEvenBesideARegression) {
    Comparison comparison;
    add(comparison, VerdictKind::regressed);
    add(comparison, VerdictKind::not_comparable, Role::reference);
    EXPECT_EQ(code_of(comparison), ExitCode::regression);
    add(comparison, VerdictKind::not_comparable);
    EXPECT_EQ(code_of(comparison), ExitCode::not_comparable);
}

TEST(ExitCode, IsNotMovedByWhatWasAccepted) {
    Comparison comparison;
    comparison.method = model::Method::side_by_side;
    for (const auto kind : {VerdictKind::regressed, VerdictKind::missing, VerdictKind::not_comparable}) {
        add(comparison, kind);
        comparison.verdicts.back().accepted = "bounds are checked now";
    }
    EXPECT_EQ(code_of(comparison), ExitCode::ok);
    add(comparison, VerdictKind::failed);
    comparison.verdicts.back().accepted = "a crash cannot be accepted";
    EXPECT_EQ(code_of(comparison), ExitCode::measurement_failed);
}

TEST(ExitCode, OfASystemicShiftIsOne) {
    Comparison comparison;
    comparison.systemic = "all of them are slower";
    EXPECT_EQ(code_of(comparison), ExitCode::regression);
}

TEST(ExitCode, IsNotMovedByReferencesAndSecondaryMetrics) {
    Comparison comparison;
    add(comparison, VerdictKind::regressed, Role::reference);
    add(comparison, VerdictKind::regressed, Role::shown);
    EXPECT_EQ(code_of(comparison, OnInconclusive::fail), ExitCode::ok);
    add(comparison, VerdictKind::failed, Role::reference);
    EXPECT_EQ(code_of(comparison), ExitCode::measurement_failed);
}

TEST(ExitCode, OfAnInconclusiveRowIsSixOnlyWhenAskedFor) {
    Comparison comparison;
    add(comparison, VerdictKind::inconclusive);
    EXPECT_EQ(code_of(comparison, OnInconclusive::pass), ExitCode::ok);
    EXPECT_EQ(code_of(comparison, OnInconclusive::fail), ExitCode::inconclusive);
}

TEST(ExitCode, OfARefusedOrVoidComparisonComesBeforeItsRegressions) {
    Comparison comparison;
    add(comparison, VerdictKind::regressed);
    comparison.void_reason = "controls moved";
    EXPECT_EQ(code_of(comparison), ExitCode::run_void);
    comparison.refusal = "machines differ";
    EXPECT_EQ(code_of(comparison), ExitCode::not_comparable);
}

TEST(NameOwner, AddsToTheNoteOfWhatFails) {
    model::Verdict verdict;
    verdict.kind = VerdictKind::missing;
    verdict.owner = "@cpu";
    name_owner(verdict, model::Method::stored);
    EXPECT_EQ(verdict.note, "") << "stored runs may lack a benchmark";
    name_owner(verdict, model::Method::side_by_side);
    EXPECT_EQ(verdict.note, "owner: @cpu");
    verdict.kind = VerdictKind::regressed;
    verdict.accepted = "meant";
    name_owner(verdict, model::Method::side_by_side);
    EXPECT_EQ(verdict.note, "owner: @cpu") << "what was accepted does not fail";
    verdict.accepted.clear();
    verdict.note = "it waits";
    name_owner(verdict, model::Method::side_by_side);
    EXPECT_EQ(verdict.note, "it waits; owner: @cpu");
}

TEST(NameOwner, LeavesVerdictsWithoutOneAlone) {
    model::Verdict verdict;
    verdict.kind = VerdictKind::failed;
    name_owner(verdict, model::Method::side_by_side);
    EXPECT_EQ(verdict.note, "");
}

TEST(ExitCode, OfARunSaysWhetherEverythingWasMeasured) {
    auto run = testing::record("run");
    testing::add(run, testing::benchmark("memory", "read"), {1, 2});
    EXPECT_EQ(exit_code(run), ExitCode::ok);
    run.processes[1].error = "killed after 20 s";
    EXPECT_EQ(exit_code(run), ExitCode::measurement_failed);
}

TEST(ExitCode, OfAnInterruptedRunIsAFailedMeasurement) {
    auto run = testing::record("run");
    run.run.status = model::RunStatus::interrupted;
    EXPECT_EQ(exit_code(run), ExitCode::measurement_failed);
}

}  // namespace
}  // namespace harness::judge
