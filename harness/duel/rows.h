#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/duel/contests.h"
#include "harness/duel/ledger.h"
#include "harness/judge/acceptances.h"
#include "harness/judge/rules.h"

namespace harness::duel {

// By what rows are judged.
struct RowTerms {
    judge::Rules rules;
    judge::Acceptances accepted;
    std::string today;  // 2026-11-30: acceptances that ended before do not count
    double min_effect = judge::kSmallestMinimumEffect;  // of all benchmarks; rules may ask for more
};

// A row for the time of each contest, in their order, and after these the rows of what the rules let decide
// besides: further metrics of the contests that can be measured, then the size of suites' programs. An error
// is the rules': see judge::gated_metrics.
Result<std::vector<LedgerRow>> rows_of(std::span<const Contest> contests, const RowTerms& terms);

}  // namespace harness::duel
