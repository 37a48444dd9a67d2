#include "harness/duel/relink.h"

#include <algorithm>
#include <random>

#include "harness/judge/relink.h"
#include "harness/run/checkout.h"
#include "harness/stats/slices.h"

namespace harness::duel {

namespace {

const run::Job* find(const std::vector<run::Job>& jobs, const std::string& id) {
    const auto found = std::ranges::find(jobs, id, [](const run::Job& job) { return job.benchmark.id; });
    return found == jobs.end() ? nullptr : &*found;
}

// Each order of one benchmark against the first; empty when this side lacks it.
std::vector<Contest> contests_of(const LinkOrders& orders, const std::string& id) {
    std::vector<Contest> contests;
    for (std::size_t order = 1; order < orders.size(); ++order) {
        const run::Job* first = find(orders.front(), id);
        const run::Job* other = find(orders[order], id);
        if (first == nullptr || other == nullptr) continue;
        contests.push_back({other->benchmark, *first, *other, judge::RowState::measured, ""});
    }
    return contests;
}

double spread_of(const std::vector<Contest>& orders, std::mt19937_64& random, const RelinkActs& acts,
                 run::Interrupts& interrupts) {
    std::vector<std::vector<double>> values(orders.size());
    for (std::size_t round = 0; round < kRelinkPairs; ++round) {
        for (std::size_t order = 0; order < orders.size(); ++order) {
            if (interrupts.pending()) return 0;
            acts.show(orders[order]);
            const model::Pair pair = acts.measure(orders[order], random());
            if (pair.ending != model::PairEnding::measured) continue;
            const bool wall = orders[order].benchmark.time_source == model::TimeSource::real;
            const auto value =
                stats::pair_value(pair.slices, wall ? stats::SliceTime::wall : stats::SliceTime::cpu);
            if (value) values[order].push_back(*value);
        }
    }
    return judge::relink_spread(values);
}

}  // namespace

Result<void> check_orders(const LinkOrders& orders, const std::string& side) {
    std::vector<std::string> seen;
    for (const std::vector<run::Job>& jobs : orders) {
        std::string hashes;
        for (const run::Job& job : jobs) hashes += job.program_hash + ' ';
        if (std::ranges::find(seen, hashes) != seen.end()) {
            return fail("'{}' gives the same programs in two link orders: its build does not heed {}", side,
                        run::kLinkSeedVariable);
        }
        seen.push_back(std::move(hashes));
    }
    return {};
}

std::map<std::string, double> relink_spreads(std::span<const Contest> contests, const LinkOrders& base,
                                             const LinkOrders& head, std::uint64_t seed,
                                             const RelinkActs& acts, run::Interrupts& interrupts) {
    std::mt19937_64 random(seed);
    std::map<std::string, double> spreads;
    for (const Contest& contest : contests) {
        if (contest.state != judge::RowState::measured || contest.benchmark.is_reference()) continue;
        double& spread = spreads[contest.benchmark.id];
        for (const LinkOrders* side : {&base, &head}) {
            const auto orders = contests_of(*side, contest.benchmark.id);
            spread = std::max(spread, spread_of(orders, random, acts, interrupts));
        }
        if (interrupts.pending()) return {};
    }
    return spreads;
}

}  // namespace harness::duel
