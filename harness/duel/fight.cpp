#include "harness/duel/fight.h"

#include <algorithm>
#include <map>
#include <random>

namespace harness::duel {

namespace {

using store::Stage;

constexpr std::size_t kMostAttempts = 3;  // pairs begun for each one wanted

class Fight {
  public:
    Fight(std::span<const Contest> contests, std::span<const LedgerRow> rows, const DuelSettings& settings,
          const DuelActs& acts)
        : contests_(contests),
          settings_(settings),
          acts_(acts),
          random_(settings.seed),
          ledger_(rows),
          attempts_(rows.size()),
          control_attempts_(rows.size()) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
            if (rows[row].control) controls_.push_back(row);
        }
    }

    Result<Duel> run() {
        while (!over()) {
            const judge::Step step = judge::next_step(ledger_.rows(), settings_.gate);
            if (step.pairs == judge::Step::Pairs::none) break;
            if (auto done = take(step); !done) return tl::unexpected(done.error());
        }
        ledger_.show_times();
        return Duel{ledger_.rows(), ledger_.health(), ledger_.pairs(), interrupted_, out_of_time_};
    }

  private:
    bool over() const { return interrupted_ || out_of_time_; }

    // An entrant of a round: a benchmark's pair of this stage.
    struct Entrant {
        std::size_t row = 0;  // of its time
        Stage stage = Stage::screening;
        std::size_t lacks = 0;  // pairs
    };

    static Stage stage_of(const judge::Step& step) {
        return step.pairs == judge::Step::Pairs::screening ? Stage::screening : Stage::fresh;
    }

    // Those that still need pairs of this step.
    std::vector<Entrant> entrants(const judge::Step& step) {
        std::vector<Entrant> all;
        const Stage stage = stage_of(step);
        std::map<std::size_t, std::size_t> lacking;  // by the row of the time
        for (const std::size_t row : step.rows) {
            const judge::PairedRow& about = ledger_.row(row);
            if (about.state != judge::RowState::measured || about.exhausted) continue;
            const std::size_t have = ledger_.values(row, stage);
            if (have >= step.wanted) continue;
            std::size_t& most = lacking[ledger_.leader(row)];
            most = std::max(most, step.wanted - have);
        }
        for (const auto& [row, lacks] : lacking) all.push_back({row, stage, lacks});
        for (const std::size_t row : controls_) {
            if (stage != Stage::screening) break;
            const std::size_t have = ledger_.values(row, Stage::control);
            const bool able =
                ledger_.control_works(row) && control_attempts_[row] < kMostAttempts * step.wanted;
            if (have < step.wanted && able) all.push_back({row, Stage::control, step.wanted - have});
        }
        std::ranges::shuffle(all, random_);
        return all;
    }

    Result<void> take(const judge::Step& step) {
        std::ranges::fill(attempts_, 0);
        DuelPosition position;
        position.stage = stage_of(step);
        for (auto round = entrants(step); !round.empty() && !over(); round = entrants(step)) {
            if (position.total == 0) {
                position.total = round.size() * std::ranges::max(round, {}, &Entrant::lacks).lacks;
            }
            for (const Entrant& entrant : round) {
                if (over()) break;
                if (auto done = measure(step, entrant, position); !done) return done;
                ++position.done;
            }
        }
        return {};
    }

    Result<void> measure(const judge::Step& step, const Entrant& entrant, DuelPosition& position) {
        if (acts_.elapsed() >= settings_.budget) {
            out_of_time_ = true;
            for (std::size_t row = 0; row < contests_.size(); ++row) ledger_.exhaust(row);
            return {};
        }
        const Contest& contest = contests_[entrant.row];
        position.contest = &contest;
        acts_.show(position);
        const model::Pair pair = acts_.measure(contest, entrant.stage, random_());
        if (pair.ending == model::PairEnding::interrupted) {
            interrupted_ = true;
            return {};
        }
        if (auto kept = acts_.keep(contest, entrant.stage, pair); !kept) return kept;
        ledger_.note(entrant.row, entrant.stage, pair);
        auto& attempts = entrant.stage == Stage::control ? control_attempts_ : attempts_;
        if (++attempts[entrant.row] >= kMostAttempts * step.wanted && entrant.stage != Stage::control)
            ledger_.exhaust(entrant.row);
        return {};
    }

    std::span<const Contest> contests_;
    const DuelSettings& settings_;
    const DuelActs& acts_;
    std::mt19937_64 random_;
    Ledger ledger_;
    std::vector<std::size_t> attempts_;  // of this step, one a row
    std::vector<std::size_t> control_attempts_;
    std::vector<std::size_t> controls_;  // rows
    bool interrupted_ = false;
    bool out_of_time_ = false;
};

}  // namespace

void choose_controls(std::vector<LedgerRow>& rows, std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> fit;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (judge::is_representative(rows[row].row)) fit.push_back(row);
    }
    std::mt19937_64 random(seed);
    std::ranges::shuffle(fit, random);
    fit.resize(std::min(fit.size(), count));
    for (const std::size_t row : fit) rows[row].control = true;
}

Result<Duel> fight(std::span<const Contest> contests, std::span<const LedgerRow> rows,
                   const DuelSettings& settings, const DuelActs& acts) {
    return Fight(contests, rows, settings, acts).run();
}

}  // namespace harness::duel
