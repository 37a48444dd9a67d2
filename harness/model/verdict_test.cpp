#include "harness/model/verdict.h"

#include <gtest/gtest.h>

namespace harness::model {
namespace {

TEST(VerdictKind, ReadsBackWhatItWrites) {
    for (const VerdictKind kind : kAllVerdictKinds) EXPECT_EQ(*parse_verdict_kind(to_string(kind)), kind);
    EXPECT_EQ(to_string(VerdictKind::created), "new");
}

TEST(VerdictKind, RefusesAnUnknownWord) {
    EXPECT_EQ(parse_verdict_kind("slower").error().message,
              "unknown verdict 'slower' (known: improved, unchanged, regressed, inconclusive, new, missing, "
              "failed, not comparable)");
}

TEST(Count, CountsDecidingVerdictsOnly) {
    Comparison comparison;
    for (const Role role : {Role::deciding, Role::shown, Role::reference}) {
        Verdict verdict;
        verdict.role = role;
        verdict.kind = VerdictKind::regressed;
        comparison.verdicts.push_back(verdict);
    }
    EXPECT_EQ(count(comparison, VerdictKind::regressed), 1u);
    EXPECT_EQ(count(comparison, VerdictKind::unchanged), 0u);
}

}  // namespace
}  // namespace harness::model
