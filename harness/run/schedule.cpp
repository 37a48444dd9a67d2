#include "harness/run/schedule.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace harness::run {

namespace {

// Kept back for what the estimate cannot see: storing, and processes that are slower than in the warm-up.
constexpr double kUsable = 0.95;

nanoseconds scaled(nanoseconds time, double factor) {
    return nanoseconds(static_cast<nanoseconds::rep>(static_cast<double>(time.count()) * factor));
}

}  // namespace

std::vector<std::size_t> shuffled(std::size_t count, std::mt19937_64& random) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    // Not std::shuffle: what it does with the generator is the library's own business, and a seed must
    // replay.
    for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random() % i]);
    return order;
}

nanoseconds expected_time(const Demand& demand, int rounds, nanoseconds slice) {
    const double slices =
        static_cast<double>(std::max<std::size_t>(demand.benchmarks, 1)) * demand.slice_cost;
    return rounds * (demand.round_overhead + scaled(slice, slices));
}

Share share_out(const Demand& demand) {
    const auto count = static_cast<double>(std::max<std::size_t>(demand.benchmarks, 1));
    const nanoseconds usable = scaled(demand.time_left, kUsable);
    Share share;
    share.rounds = demand.rounds_wanted;
    while (share.rounds > demand.fewest_rounds &&
           expected_time(demand, share.rounds, kShortestSlice) > usable) {
        --share.rounds;
    }
    if (share.rounds <= 0) return share;
    const nanoseconds for_slices = usable / share.rounds - demand.round_overhead;
    share.slice =
        std::clamp(scaled(for_slices, 1.0 / (count * demand.slice_cost)), kShortestSlice, kLongestSlice);
    share.expected = expected_time(demand, share.rounds, share.slice);
    share.fits = share.expected <= demand.time_left;
    return share;
}

double observed_slice_cost(nanoseconds round, nanoseconds round_overhead, nanoseconds slice,
                           std::size_t benchmarks) {
    const auto slices = static_cast<double>(slice.count()) * static_cast<double>(benchmarks);
    if (slices <= 0) return 1;
    return std::max(1.0, static_cast<double>((round - round_overhead).count()) / slices);
}

}  // namespace harness::run
