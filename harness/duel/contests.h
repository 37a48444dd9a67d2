#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/duel/ledger.h"
#include "harness/judge/paired.h"
#include "harness/run/measure.h"

namespace harness::duel {

// One benchmark as the two sides have it.
struct Contest {
    model::Benchmark benchmark;  // head's; base's where head has none
    std::optional<run::Job> base;
    std::optional<run::Job> head;
    judge::RowState state = judge::RowState::measured;
    std::string note;  // why it cannot be measured
};

// Benchmarks of both sides by name, ordered by it. One that only head has is new, one that only base has is
// missing; one whose definition differs is not comparable.
std::vector<Contest> match(const std::vector<run::Job>& base, const std::vector<run::Job>& head);

// The contest as a row for the judge, without values yet.
LedgerRow row_of(const Contest& contest, double threshold, double minimum_effect);

}  // namespace harness::duel
