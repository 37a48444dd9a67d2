#include "harness/judge/resample.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include <boost/math/distributions/binomial.hpp>
#include <fmt/format.h>

#include "harness/judge/suspects.h"
#include "harness/stats/signed_rank.h"

namespace harness::judge {

namespace {

using Random = std::mt19937_64;
using Values = std::vector<double>;

constexpr double kBound = 0.05;  // of either end of a rate

std::size_t at_most(std::size_t most, Random& random) { return random() % (most + 1); }

// std::shuffle differs between libraries; a self-test must replay everywhere. (Fisher and Yates)
template <class T>
void shuffle(std::vector<T>& all, Random& random) {
    for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[at_most(i - 1, random)]);
}

// 0..rounds-1 in blocks of neighbours, the blocks in random order and begun at a random round.
std::vector<std::size_t> order_of_rounds(std::size_t rounds, std::size_t block, Random& random) {
    if (rounds == 0) return {};
    const std::size_t begin = at_most(rounds - 1, random);
    const std::size_t step = std::max<std::size_t>(block, 1);
    std::vector<std::size_t> starts;
    for (std::size_t start = 0; start < rounds; start += step) starts.push_back(start);
    shuffle(starts, random);
    std::vector<std::size_t> order;
    for (const std::size_t start : starts) {
        for (std::size_t i = start; i < std::min(start + step, rounds); ++i)
            order.push_back((begin + i) % rounds);
    }
    return order;
}

Values values_of(const BankedRow& row) {
    Values values;
    for (const auto& pair : row.rounds) {
        if (pair) values.push_back(pair->value);
    }
    return values;
}

std::size_t pairs_of_a_gate(const GateSettings& gate) {
    return gate.screening_pairs + gate.looks.back().pairs;
}

std::size_t fewest_pairs(const ResampleSettings& settings) {
    return std::max(settings.fewest_pairs, pairs_of_a_gate(settings.gate));
}

// Fills a row's values, its screening first.
class Filler {
  public:
    Filler(PairedRow& row, const GateSettings& gate) : row_(row), gate_(gate) {
        row_.value = {};
        if (row_.wall) row_.wall = PairValues{};
    }

    bool full() const { return taken_ == pairs_of_a_gate(gate_); }

    void add(const BankedPair& pair, double sign) {
        const bool screening = taken_++ < gate_.screening_pairs;
        (screening ? row_.value.screening : row_.value.fresh).push_back(sign * pair.value);
        if (!row_.wall || !pair.wall) return;
        (screening ? row_.wall->screening : row_.wall->fresh).push_back(sign * *pair.wall);
    }

  private:
    PairedRow& row_;
    const GateSettings& gate_;
    std::size_t taken_ = 0;
};

double random_sign(Random& random) { return (random() & 1) == 0 ? 1.0 : -1.0; }

// Draws gates from the rows of a bank that have pairs enough.
class Drawer {
  public:
    Drawer(const Bank& bank, const ResampleSettings& settings)
        : bank_(bank), settings_(settings), random_(settings.seed) {
        for (std::size_t i = 0; i < bank.rows.size(); ++i) {
            if (usable_pairs(bank.rows[i]) < fewest_pairs(settings)) continue;
            taken_.push_back(i);
            rows_.push_back(bank.rows[i].about);
            rounds_ = std::max(rounds_, bank.rows[i].rounds.size());
        }
    }

    bool empty() const { return taken_.empty(); }

    // Where this row of the bank is among the rows of a gate.
    std::optional<std::size_t> place_of(std::size_t row) const {
        const auto found = std::ranges::find(taken_, row);
        if (found == taken_.end()) return std::nullopt;
        return static_cast<std::size_t>(found - taken_.begin());
    }

    void draw(Swap swap) {
        const auto order = order_of_rounds(rounds_, settings_.block, random_);
        const double sign = random_sign(random_);
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const auto& rounds = bank_.rows[taken_[i]].rounds;
            Filler filler(rows_[i], settings_.gate);
            for (std::size_t k = 0; k < order.size() && !filler.full(); ++k) {
                if (order[k] >= rounds.size() || !rounds[order[k]]) continue;
                filler.add(*rounds[order[k]], swap == Swap::gates ? sign : random_sign(random_));
            }
        }
    }

    // Replaces what was drawn for this place.
    void inject(std::size_t place, const std::vector<BankedPair>& pairs) {
        Filler filler(rows_[place], settings_.gate);
        for (const std::size_t index : order_of_rounds(pairs.size(), settings_.block, random_)) {
            if (filler.full()) break;
            filler.add(pairs[index], 1);
        }
    }

    Findings look() const { return judge::look(rows_, settings_.gate, settings_.gate.looks.size()); }

    const std::vector<PairedRow>& rows() const { return rows_; }

  private:
    const Bank& bank_;
    const ResampleSettings& settings_;
    Random random_;
    std::vector<std::size_t> taken_;  // rows of the bank
    std::vector<PairedRow> rows_;     // as drawn, one for each of them
    std::size_t rounds_ = 0;
};

bool alarms(const RowFinding& finding) { return finding.value_alarm || finding.wall_alarm; }

// Whether all its pairs together lie beyond the minimum effect on either side; `level` is shared by all rows.
bool is_biased(const Values& values, double minimum_effect, double level) {
    const double minimum = std::log1p(minimum_effect);
    const double above = stats::signed_rank(values, minimum).p_greater;
    const double below = stats::signed_rank(values, -minimum).p_less;
    return 2 * std::min(above, below) <= level;
}

RowFigures figures_of(const BankedRow& row, const ResampleSettings& settings, double level) {
    const Values values = values_of(row);
    RowFigures figures;
    figures.benchmark = row.about.benchmark;
    figures.deciding = decides(row.about);
    figures.left_out = values.size() < fewest_pairs(settings);
    figures.pairs = values.size();
    figures.spread = stats::robust_spread(values);
    figures.quiet = !figures.left_out && figures.spread <= settings.quiet_spread;
    if (values.empty()) return figures;
    figures.centre = stats::centre(values, 0.5, 0.5).value;
    figures.biased = is_biased(values, row.about.minimum_effect, level);
    return figures;
}

std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }

void conclude_alarms(const SelfTestFigures& figures, const Floors& floors,
                     std::vector<std::string>& reasons) {
    const auto check = [&](const GateTally& tally, const char* what) {
        // A share that is too high is one thing; a bound that is, for want of gates, another.
        if (tally.alarms.of == 0 || tally.alarms.share() <= floors.alarms) return;
        reasons.push_back(fmt::format("{} of {} {} alarm without cause ({}, allowed {})", tally.alarms.hits,
                                      tally.alarms.of, what, percent(tally.alarms.share()),
                                      percent(floors.alarms)));
    };
    check(figures.swapped, "gates with swapped labels");
    check(figures.as_measured, "gates as measured");
    for (const RowFigures& row : figures.rows) {
        if (!row.deciding || !row.biased) continue;
        reasons.push_back(fmt::format("the equal sides of '{}' differ by {:+.1f} %", row.benchmark,
                                      100 * std::expm1(row.centre)));
    }
}

void conclude_numbers(const SelfTestFigures& figures, const Floors& floors,
                      std::vector<std::string>& reasons) {
    if (figures.deciding == 0) reasons.push_back("no benchmark has pairs enough for a gate");
    if (figures.deciding > 0 && figures.fewest < floors.fewest_pairs) {
        reasons.push_back(fmt::format("a benchmark has {} pairs of the {} that are needed", figures.fewest,
                                      floors.fewest_pairs));
    }
    const auto left_out = std::ranges::count_if(
        figures.rows, [](const RowFigures& row) { return row.deciding && row.left_out; });
    if (left_out > 0) reasons.push_back(fmt::format("{} benchmarks have too few pairs for a gate", left_out));
    const double bound = std::max(figures.swapped.alarms.high, figures.as_measured.alarms.high);
    if (figures.deciding > 0 && bound > floors.alarms) {
        reasons.push_back(fmt::format("{} gates leave an alarm rate of up to {} possible",
                                      figures.swapped.alarms.of, percent(bound)));
    }
}

void conclude_sight(const SelfTestFigures& figures, const Floors& floors, std::vector<std::string>& reasons) {
    const double share =
        static_cast<double>(figures.quiet) / static_cast<double>(std::max<std::size_t>(figures.deciding, 1));
    if (share < floors.quiet) {
        reasons.push_back(fmt::format("{} of {} benchmarks are quiet ({:.0f} %, wanted {:.0f} %)",
                                      figures.quiet, figures.deciding, 100 * share, 100 * floors.quiet));
    }
    for (const PowerFigures& power : figures.power) {
        const auto floor = power_floor(floors, power.slowdown);
        if (!floor || power.found.of == 0 || power.found.share() >= *floor) continue;
        reasons.push_back(fmt::format("slowdowns of {:g} % are found in {:.1f} % of gates (wanted {:.0f} %)",
                                      100 * (power.slowdown - 1), 100 * power.found.share(), 100 * *floor));
    }
}

}  // namespace

std::size_t usable_pairs(const BankedRow& row) {
    return static_cast<std::size_t>(
        std::ranges::count_if(row.rounds, [](const auto& pair) { return pair.has_value(); }));
}

double pair_spread(const BankedRow& row) { return stats::robust_spread(values_of(row)); }

Rate rate(std::size_t hits, std::size_t of) {
    Rate rate{hits, of, 0, 1};
    if (of == 0) return rate;
    using Binomial = boost::math::binomial_distribution<double>;
    const auto trials = static_cast<double>(of);
    const auto successes = static_cast<double>(hits);
    rate.low = Binomial::find_lower_bound_on_p(trials, successes, kBound);
    rate.high = Binomial::find_upper_bound_on_p(trials, successes, kBound);
    return rate;
}

GateTally tally_gates(const Bank& bank, Swap swap, const ResampleSettings& settings) {
    GateTally tally;
    Drawer drawer(bank, settings);
    if (drawer.empty()) return tally;
    std::size_t alarmed = 0;
    for (std::size_t gate = 0; gate < settings.gates; ++gate) {
        drawer.draw(swap);
        const Findings findings = drawer.look();
        bool any = findings.systemic;
        tally.systemic += findings.systemic ? 1 : 0;
        for (std::size_t i = 0; i < findings.rows.size(); ++i) {
            if (!alarms(findings.rows[i])) continue;
            any = true;
            ++tally.rows[drawer.rows()[i].benchmark];
        }
        alarmed += any ? 1 : 0;
    }
    tally.alarms = rate(alarmed, settings.gates);
    return tally;
}

PowerFigures tally_power(const Bank& bank, double slowdown, const ResampleSettings& settings) {
    PowerFigures power;
    power.slowdown = slowdown;
    Drawer drawer(bank, settings);
    std::vector<const InjectedRow*> able;
    for (const InjectedRow& injected : bank.injected) {
        if (injected.slowdown != slowdown || injected.pairs.size() < pairs_of_a_gate(settings.gate)) continue;
        if (drawer.place_of(injected.row)) able.push_back(&injected);
    }
    power.benchmarks = able.size();
    if (able.empty()) return power;
    std::map<std::string, std::pair<std::size_t, std::size_t>> rows;  // found, of
    std::size_t found = 0;
    for (std::size_t gate = 0; gate < settings.gates; ++gate) {
        const InjectedRow& injected = *able[gate % able.size()];
        const std::size_t place = *drawer.place_of(injected.row);
        drawer.draw(Swap::pairs);
        drawer.inject(place, injected.pairs);
        const bool seen = alarms(drawer.look().rows[place]);
        found += seen ? 1 : 0;
        auto& [hits, of] = rows[drawer.rows()[place].benchmark];
        hits += seen ? 1 : 0;
        ++of;
    }
    power.found = rate(found, settings.gates);
    for (const auto& [benchmark, counts] : rows) power.rows[benchmark] = rate(counts.first, counts.second);
    return power;
}

SelfTestFigures self_test(const Bank& bank, const ResampleSettings& settings) {
    SelfTestFigures figures;
    const double level =
        settings.gate.family_alpha / static_cast<double>(std::max<std::size_t>(bank.rows.size(), 1));
    for (const BankedRow& row : bank.rows) {
        RowFigures about = figures_of(row, settings, level);
        figures.pairs += about.pairs;
        if (about.deciding && !about.left_out) {
            figures.fewest = figures.deciding == 0 ? about.pairs : std::min(figures.fewest, about.pairs);
            ++figures.deciding;
            figures.quiet += about.quiet ? 1 : 0;
            figures.biased += about.biased ? 1 : 0;
        }
        figures.rows.push_back(std::move(about));
    }
    std::ranges::stable_sort(figures.rows, std::ranges::greater{}, &RowFigures::spread);
    figures.swapped = tally_gates(bank, Swap::pairs, settings);
    figures.as_measured = tally_gates(bank, Swap::gates, settings);
    std::set<double> slowdowns;
    for (const InjectedRow& injected : bank.injected) slowdowns.insert(injected.slowdown);
    for (const double slowdown : slowdowns) figures.power.push_back(tally_power(bank, slowdown, settings));
    return figures;
}

std::optional<double> power_floor(const Floors& floors, double slowdown) {
    std::optional<double> floor;
    constexpr double kRounding = 1e-9;
    for (const auto& [size, share] : floors.power) {
        if (slowdown - 1 >= size - kRounding) floor = share;
    }
    return floor;
}

Conclusion conclude(const SelfTestFigures& figures, const Floors& floors) {
    Conclusion conclusion;
    conclusion.standing = Standing::alarms;
    conclude_alarms(figures, floors, conclusion.reasons);
    if (!conclusion.reasons.empty()) return conclusion;
    conclusion.standing = Standing::too_few;
    conclude_numbers(figures, floors, conclusion.reasons);
    if (!conclusion.reasons.empty()) return conclusion;
    conclusion.standing = Standing::blind;
    conclude_sight(figures, floors, conclusion.reasons);
    if (conclusion.reasons.empty()) conclusion.standing = Standing::holds;
    return conclusion;
}

}  // namespace harness::judge
