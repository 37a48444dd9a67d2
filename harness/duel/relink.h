#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/duel/contests.h"
#include "harness/model/pair.h"
#include "harness/run/interrupts.h"

namespace harness::duel {

// The benchmarks of one side, once for each link order that it was built in.
using LinkOrders = std::vector<std::vector<run::Job>>;

// An error when two orders have the same programs: the build does not heed the seed that it is given
// (run::kLinkSeedVariable), and would be measured against itself.
Result<void> check_orders(const LinkOrders& orders, const std::string& side);

struct RelinkActs {
    // One pair of a benchmark's first link order, as base, and another one, as head.
    std::function<model::Pair(const Contest& orders, std::uint64_t seed)> measure;
    std::function<void(const Contest& orders)> show;  // before each pair
};

inline constexpr std::size_t kRelinkPairs = 4;  // of each order with the first

// By benchmark what linking in another order changes, as a fraction: the larger one of the two sides'
// judge::relink_spread. Of contests that can be measured and do not serve as references; pairs that fail tell
// nothing. Orders of one side are compared with each other only: they share what builds them for it (another
// linker, say). Stops at an interrupt.
std::map<std::string, double> relink_spreads(std::span<const Contest> contests, const LinkOrders& base,
                                             const LinkOrders& head, std::uint64_t seed,
                                             const RelinkActs& acts, run::Interrupts& interrupts);

}  // namespace harness::duel
