#include "harness/run/interleave.h"

#include <algorithm>
#include <cstddef>

namespace harness::run {

namespace {

using model::Fate;
using model::Side;
using model::Slice;

Slice slice_of(Side side, const model::SliceAnswer& answer, std::int64_t canary_ns) {
    return {.side = side,
            .iterations = answer.iterations,
            .cpu_ns = answer.cpu_ns,
            .wall_ns = answer.wall_ns,
            .canary_ns = canary_ns,
            .voluntary_switches = answer.voluntary_switches,
            .involuntary_switches = answer.involuntary_switches};
}

bool disturbed(const Slice& slice, std::int64_t level_ns) {
    const auto canary = static_cast<double>(slice.canary_ns);
    const auto level = static_cast<double>(level_ns);
    return canary > kDisturbed * level || level > kDisturbed * canary;
}

// Of a slice, given the other of its couple.
Fate fate_of(const Slice& slice, const Slice& partner, std::int64_t level_ns) {
    if (disturbed(slice, level_ns)) return Fate::disturbed;
    return disturbed(partner, level_ns) ? Fate::partner : Fate::kept;
}

int couples_kept(const std::vector<Slice>& slices) {
    return static_cast<int>(std::ranges::count(slices, Fate::kept, &Slice::fate) / 2);
}

class Interleaving {
  public:
    Interleaving(const RunSlice& run_slice, const RunCanary& run_canary)
        : run_slice_(run_slice), run_canary_(run_canary), canary_ns_(canary()) {}

    // Whether there is a slice.
    bool take(Side side) {
        const auto answer = run_slice_(side);
        if (!answer) {
            pair_.ending = model::PairEnding::failed;
            pair_.failed_side = side;
            pair_.error = answer.error().message;
            return false;
        }
        const std::int64_t before = canary_ns_;
        canary_ns_ = canary();
        pair_.slices.push_back(slice_of(side, *answer, std::max(before, canary_ns_)));
        pair_.side(side).counters = answer->counters;
        return true;
    }

    int settle(int warm_ups) {
        pair_.canary_level_ns = canary_level(pair_.slices);
        pair_.slices = with_fates(std::move(pair_.slices), warm_ups, pair_.canary_level_ns);
        return couples_kept(pair_.slices);
    }

    model::Pair take_pair() { return std::move(pair_); }

  private:
    std::int64_t canary() { return run_canary_ ? run_canary_() : 0; }

    const RunSlice& run_slice_;
    const RunCanary& run_canary_;
    model::Pair pair_;
    std::int64_t canary_ns_;
};

}  // namespace

model::Pair interleave(const RunSlice& run_slice, const RunCanary& run_canary, const Turns& turns) {
    Interleaving interleaving(run_slice, run_canary);
    Side next = turns.first;
    int kept = 0;
    for (int couple = 0; couple < turns.warm_ups + turns.most && kept < turns.wanted; ++couple) {
        const bool taken = interleaving.take(next) && interleaving.take(other(next));
        kept = interleaving.settle(turns.warm_ups);
        if (!taken) break;
        next = other(next);
    }
    return interleaving.take_pair();
}

std::int64_t canary_level(const std::vector<Slice>& slices) {
    std::vector<std::int64_t> canaries;
    for (const Slice& slice : slices) canaries.push_back(slice.canary_ns);
    if (canaries.empty()) return 0;
    const auto quartile = canaries.begin() + static_cast<std::ptrdiff_t>(canaries.size() / 4);
    std::ranges::nth_element(canaries, quartile);
    return *quartile;
}

std::vector<Slice> with_fates(std::vector<Slice> slices, int warm_ups, std::int64_t canary_level_ns) {
    const std::size_t first = 2 * static_cast<std::size_t>(warm_ups);
    for (std::size_t i = 0; i < slices.size(); ++i) {
        const std::size_t partner = i ^ 1;
        if (i < first) {
            slices[i].fate = Fate::first;
        } else if (partner < slices.size()) {
            slices[i].fate = fate_of(slices[i], slices[partner], canary_level_ns);
        } else {
            // Its partner failed.
            slices[i].fate = Fate::partner;
        }
    }
    return slices;
}

}  // namespace harness::run
