#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "harness/model/pair.h"

namespace harness::stats {

// Which time of a slice is compared.
enum class SliceTime { cpu, wall };

// ln(head / base) of the time per iteration, one for each two slices at 2k and 2k+1 that both count, in their
// order. Slices next to each other met the same machine; the order ABBA cancels a linear drift over four.
std::vector<double> log_ratios(std::span<const model::Slice> slices, SliceTime time);

// What one pair of processes says: the median of its log-ratios. Nothing when no two slices count.
std::optional<double> pair_value(std::span<const model::Slice> slices, SliceTime time);

// Of one side's slices after the first: how many there were, and how many were dropped because the machine
// was disturbed beside them (not because their partners were).
struct Rejection {
    std::size_t slices = 0;
    std::size_t disturbed = 0;
    bool operator==(const Rejection&) const = default;
};

Rejection rejection(std::span<const model::Slice> slices, model::Side side);

}  // namespace harness::stats
