#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "harness/duel/contests.h"
#include "harness/duel/ledger.h"
#include "harness/judge/side_by_side.h"
#include "harness/model/pair.h"
#include "harness/store/pairs.h"

namespace harness::duel {

struct DuelSettings {
    judge::GateSettings gate;
    std::uint64_t seed = 0;
    std::chrono::nanoseconds budget = std::chrono::hours(24);  // no pair is begun after it
};

// Measures one pair of a contest; of two base processes when the stage is control.
using MeasurePair =
    std::function<model::Pair(const Contest& contest, store::Stage stage, std::uint64_t seed)>;

// Is given every pair that was measured, also failed ones; an error (a full disk, say) ends the duel.
using KeepPair =
    std::function<Result<void>(const Contest& contest, store::Stage stage, const model::Pair& pair)>;

// How far the duel is, for whoever shows it.
struct DuelPosition {
    store::Stage stage = store::Stage::screening;
    std::size_t done = 0;   // pairs, of this step
    std::size_t total = 0;  // of this step
    const Contest* contest = nullptr;
};

struct Duel {
    std::vector<judge::PairedRow> rows;  // as they were given
    judge::RunHealth health;
    std::size_t pairs = 0;
    bool interrupted = false;
    bool out_of_time = false;
};

struct DuelActs {
    MeasurePair measure;
    KeepPair keep;
    std::function<void(const DuelPosition&)> show;
    std::function<std::chrono::nanoseconds()> elapsed;  // since the duel began
};

// Makes so many of the deciding rows, chosen at random, controls of the run.
void choose_controls(std::vector<LedgerRow>& rows, std::size_t count, std::uint64_t seed);

// Measures what the judge asks for until it asks for nothing more: in rounds that hold each benchmark once,
// in random order, the controls among them. A benchmark whose pairs fail twice running has failed; one whose
// pairs are all disturbed gets no more than three times the pairs it needs. The first rows are as the
// contests; further ones (rows.h) are filled by the same pairs.
Result<Duel> fight(std::span<const Contest> contests, std::span<const LedgerRow> rows,
                   const DuelSettings& settings, const DuelActs& acts);

}  // namespace harness::duel
