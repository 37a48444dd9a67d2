#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/judge/health.h"
#include "harness/judge/paired.h"
#include "harness/model/pair.h"
#include "harness/stats/slices.h"
#include "harness/store/pairs.h"

namespace harness::duel {

// What the judge is told of one row before any pair is measured, and which time of its pairs decides.
struct LedgerRow {
    judge::PairedRow row;
    stats::SliceTime time = stats::SliceTime::cpu;
    bool control = false;  // also measured base against base
    bool operator==(const LedgerRow&) const = default;
};

// Pairs that fail so often running make their row failed.
inline constexpr int kFailuresInARow = 2;

// What the pairs say so far: the rows for the judge and how healthy the run was. Measuring fills it pair by
// pair; `vmbench judge` fills it again from the store. A benchmark may have further rows behind the one of
// its time, of other metrics: the same pairs fill them.
class Ledger {
  public:
    explicit Ledger(std::span<const LedgerRow> rows);

    // Takes in one pair of the benchmark whose time this row is. An interrupted one says nothing.
    void note(std::size_t row, store::Stage stage, const model::Pair& pair);

    const std::vector<judge::PairedRow>& rows() const { return rows_; }
    judge::PairedRow& row(std::size_t index) { return rows_[index]; }
    const judge::RunHealth& health() const { return health_; }
    std::size_t pairs() const { return pairs_; }

    // The row of the time of the same benchmark.
    std::size_t leader(std::size_t row) const { return leaders_[row]; }

    // No more pairs can be had of the benchmark whose time this row is.
    void exhaust(std::size_t row);

    // Values a row or a control has of this stage.
    std::size_t values(std::size_t row, store::Stage stage) const;

    // Whether pairs of two base processes still come out.
    bool control_works(std::size_t row) const { return standings_[row].control_failures < kFailuresInARow; }

    // Fills in the medians of both sides for the reader. Asked once, at the end.
    void show_times();

  private:
    // What is known of a row besides its values.
    struct Standing {
        int failures = 0;  // running
        int control_failures = 0;
        std::vector<double> base;  // nanoseconds an iteration, of slices that count; or the metric's values
        std::vector<double> head;
    };

    judge::ControlPairs* control_of(std::size_t row);
    void note_control(std::size_t row, const model::Pair& pair);
    void note_row(std::size_t row, store::Stage stage, const model::Pair& pair);
    void note_values(std::size_t row, store::Stage stage, const model::Pair& pair);
    void note_further(std::size_t row, store::Stage stage, const model::Pair& pair);
    void note_times(std::size_t row, const model::Pair& pair);
    void note_health(const model::Pair& pair);

    std::vector<judge::PairedRow> rows_;
    std::vector<stats::SliceTime> times_;  // as rows_
    std::vector<Standing> standings_;      // as rows_
    std::vector<std::size_t> leaders_;     // as rows_
    judge::RunHealth health_;
    std::size_t pairs_ = 0;
};

// How much these pairs of one benchmark differ, as a logarithm; nothing of fewer than six.
std::optional<double> spread_of(std::span<const store::StoredPair> pairs);

}  // namespace harness::duel
