#include "harness/duel/bank.h"

#include <algorithm>
#include <random>

#include "harness/stats/slices.h"

namespace harness::duel {

namespace {

using judge::BankedPair;

constexpr int kFailuresInARow = 2;
constexpr std::size_t kMostAttempts = 3;  // pairs begun for each one wanted

// The contests that have a row in the bank, as its rows.
std::vector<const Contest*> measured(std::span<const Contest> contests) {
    std::vector<const Contest*> all;
    for (const Contest& contest : contests) {
        if (contest.state == judge::RowState::measured) all.push_back(&contest);
    }
    return all;
}

void make_rows_even(judge::Bank& bank) {
    std::size_t most = 0;
    for (const judge::BankedRow& row : bank.rows) most = std::max(most, row.rounds.size());
    for (judge::BankedRow& row : bank.rows) row.rounds.resize(most);
}

judge::InjectedRow& injected_row(judge::Bank& bank, std::size_t row, double slowdown) {
    for (judge::InjectedRow& injected : bank.injected) {
        if (injected.row == row && injected.slowdown == slowdown) return injected;
    }
    bank.injected.push_back({row, slowdown, {}});
    return bank.injected.back();
}

bool is_of(const store::StoredPair& stored, const Contest& contest,
           const std::map<std::string, std::string>& hashes) {
    const auto is = [&](const std::string& build, const std::string& hash) {
        const auto found = hashes.find(build);
        return found != hashes.end() && found->second == hash;
    };
    return stored.benchmark == contest.benchmark.id &&
           stored.definition_version == contest.benchmark.definition_version &&
           is(stored.base_build_id, contest.base->program_hash) &&
           is(stored.head_build_id, contest.head->program_hash);
}

class Filling {
  public:
    Filling(judge::Bank& bank, std::span<const Contest> contests, const BankSettings& settings,
            const BankActs& acts)
        : bank_(bank),
          contests_(measured(contests)),
          settings_(settings),
          acts_(acts),
          random_(settings.seed),
          standings_(contests_.size()) {
        make_rows_even(bank_);
    }

    Result<Filled> run() {
        for (auto round = entrants(); !round.empty() && !over(); round = entrants()) {
            if (std::ranges::any_of(round, [](const Entrant& entrant) { return entrant.slowdown == 1; })) {
                for (judge::BankedRow& row : bank_.rows) row.rounds.emplace_back();
            }
            position_.total = position_.done + lacking();
            for (const Entrant& entrant : round) {
                if (over()) break;
                if (auto done = measure(entrant); !done) return tl::unexpected(done.error());
            }
        }
        return std::move(filled_);
    }

  private:
    // A row, as it is or slowed down.
    struct Entrant {
        std::size_t row = 0;
        double slowdown = 1;
    };

    struct Standing {
        int failures = 0;  // running
        bool failed = false;
        std::map<double, std::size_t> attempts;  // by slowdown
    };

    bool over() const { return filled_.interrupted || filled_.out_of_time; }

    std::size_t pairs(const Entrant& entrant) {
        return entrant.slowdown == 1 ? judge::usable_pairs(bank_.rows[entrant.row])
                                     : injected_row(bank_, entrant.row, entrant.slowdown).pairs.size();
    }

    std::size_t lacking(const Entrant& entrant) {
        Standing& standing = standings_[entrant.row];
        const bool tired = standing.attempts[entrant.slowdown] >= kMostAttempts * settings_.pairs;
        const std::size_t have = pairs(entrant);
        return standing.failed || tired || have >= settings_.pairs ? 0 : settings_.pairs - have;
    }

    std::vector<Entrant> everyone() {
        std::vector<Entrant> all;
        for (std::size_t row = 0; row < contests_.size(); ++row) all.push_back({row, 1});
        choose_quiet();
        for (const std::size_t row : quiet_) {
            for (const double slowdown : settings_.slowdowns) all.push_back({row, slowdown});
        }
        return all;
    }

    std::vector<Entrant> entrants() {
        std::vector<Entrant> all = everyone();
        std::erase_if(all, [this](const Entrant& entrant) { return lacking(entrant) == 0; });
        std::ranges::shuffle(all, random_);
        return all;
    }

    std::size_t lacking() {
        std::size_t pairs = 0;
        for (const Entrant& entrant : everyone()) pairs += lacking(entrant);
        if (quiet_.empty()) {
            const std::size_t rows = std::min(settings_.injected, contests_.size());
            pairs += rows * settings_.slowdowns.size() * settings_.pairs;
        }
        return pairs;
    }

    // Once, as soon as every benchmark that still works has shown how quiet it is: those that have injected
    // pairs already, then others at random.
    void choose_quiet() {
        if (!quiet_.empty() || settings_.slowdowns.empty()) return;
        const std::size_t enough = std::min(settings_.pairs_to_judge, settings_.pairs);
        std::vector<std::size_t> quiet;
        for (std::size_t row = 0; row < contests_.size(); ++row) {
            const judge::BankedRow& banked = bank_.rows[row];
            if (judge::usable_pairs(banked) < enough) {
                if (lacking({row, 1}) > 0) return;
                continue;
            }
            const bool fit = judge::decides(banked.about) && acts_.can_slow_down(*contests_[row]);
            if (fit && judge::pair_spread(banked) <= settings_.quiet_spread) quiet.push_back(row);
        }
        std::ranges::shuffle(quiet, random_);
        const auto has_injected = [this](std::size_t row) {
            return std::ranges::any_of(bank_.injected,
                                       [row](const auto& injected) { return injected.row == row; });
        };
        std::stable_partition(quiet.begin(), quiet.end(), has_injected);
        quiet.resize(std::min(quiet.size(), settings_.injected));
        quiet_ = std::move(quiet);
    }

    Result<void> measure(const Entrant& entrant) {
        if (acts_.elapsed() >= settings_.budget) {
            filled_.out_of_time = true;
            return {};
        }
        if (standings_[entrant.row].failed) return {};
        const Contest& contest = *contests_[entrant.row];
        position_.contest = &contest;
        position_.slowdown = entrant.slowdown;
        acts_.show(position_);
        const model::Pair pair = acts_.measure(contest, entrant.slowdown, random_());
        if (pair.ending == model::PairEnding::interrupted) {
            filled_.interrupted = true;
            return {};
        }
        ++filled_.pairs;
        ++position_.done;
        if (auto kept = acts_.keep(contest, pair); !kept) return kept;
        note(entrant, pair);
        return {};
    }

    void note(const Entrant& entrant, const model::Pair& pair) {
        Standing& standing = standings_[entrant.row];
        ++standing.attempts[entrant.slowdown];
        if (pair.ending != model::PairEnding::measured) {
            standing.failed = ++standing.failures >= kFailuresInARow;
            if (standing.failed) filled_.failed[contests_[entrant.row]->benchmark.id] = pair.error;
            return;
        }
        standing.failures = 0;
        const auto banked = banked_pair(contests_[entrant.row]->benchmark, pair);
        if (!banked) return;
        if (entrant.slowdown == 1) {
            bank_.rows[entrant.row].rounds.back() = *banked;
        } else {
            injected_row(bank_, entrant.row, entrant.slowdown).pairs.push_back(*banked);
        }
    }

    judge::Bank& bank_;
    std::vector<const Contest*> contests_;  // as the bank's rows
    const BankSettings& settings_;
    const BankActs& acts_;
    std::mt19937_64 random_;
    std::vector<Standing> standings_;  // as the bank's rows
    std::vector<std::size_t> quiet_;   // rows that get slowdowns; none before they are chosen
    BankPosition position_;
    Filled filled_;
};

}  // namespace

std::optional<BankedPair> banked_pair(const model::Benchmark& benchmark, const model::Pair& pair) {
    if (pair.ending != model::PairEnding::measured) return std::nullopt;
    const bool waits = benchmark.time_source == model::TimeSource::real;
    const auto wall = stats::pair_value(pair.slices, stats::SliceTime::wall);
    const auto value = waits ? wall : stats::pair_value(pair.slices, stats::SliceTime::cpu);
    if (!value) return std::nullopt;
    return BankedPair{*value, waits ? std::nullopt : wall};
}

judge::Bank empty_bank(std::span<const Contest> contests) {
    judge::Bank bank;
    for (const Contest* contest : measured(contests)) {
        bank.rows.push_back(
            {row_of(*contest, judge::kDefaultThreshold, judge::kSmallestMinimumEffect).row, {}});
    }
    return bank;
}

std::size_t add_run(judge::Bank& bank, std::span<const Contest> contests,
                    std::span<const store::StoredPair> pairs,
                    const std::map<std::string, std::string>& hashes) {
    make_rows_even(bank);
    const std::vector<const Contest*> rows = measured(contests);
    std::map<std::string, std::size_t> by_name;
    for (std::size_t i = 0; i < rows.size(); ++i) by_name[rows[i]->benchmark.id] = i;
    std::size_t added = 0;
    for (const store::StoredPair& stored : pairs) {
        const auto found = by_name.find(stored.benchmark);
        if (found == by_name.end() || !is_of(stored, *rows[found->second], hashes)) continue;
        const auto banked = banked_pair(rows[found->second]->benchmark, stored.pair);
        added += banked ? 1 : 0;
        // A round holds each benchmark once: its n-th pair, also one without a value, is of the n-th round.
        if (stored.pair.slowdown == 1) {
            bank.rows[found->second].rounds.push_back(banked);
        } else if (banked) {
            injected_row(bank, found->second, stored.pair.slowdown).pairs.push_back(*banked);
        }
    }
    make_rows_even(bank);
    return added;
}

bool lacks_pairs(const judge::Bank& bank, const BankSettings& settings) {
    const auto is_short = [&](const judge::BankedRow& row) {
        return judge::usable_pairs(row) < settings.pairs;
    };
    if (std::ranges::any_of(bank.rows, is_short)) return true;
    const auto is_quiet = [&](const judge::BankedRow& row) {
        return judge::decides(row.about) && judge::pair_spread(row) <= settings.quiet_spread;
    };
    const auto quiet = static_cast<std::size_t>(std::ranges::count_if(bank.rows, is_quiet));
    return std::ranges::any_of(settings.slowdowns, [&](double slowdown) {
        const auto filled = std::ranges::count_if(bank.injected, [&](const judge::InjectedRow& row) {
            return row.slowdown == slowdown && row.pairs.size() >= settings.pairs;
        });
        return static_cast<std::size_t>(filled) < std::min(settings.injected, quiet);
    });
}

Result<Filled> fill_bank(judge::Bank& bank, std::span<const Contest> contests, const BankSettings& settings,
                         const BankActs& acts) {
    return Filling(bank, contests, settings, acts).run();
}

}  // namespace harness::duel
