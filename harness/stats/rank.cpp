#include "harness/stats/rank.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <boost/math/distributions/normal.hpp>

namespace harness::stats {

namespace {

constexpr std::size_t kExactPairs = 10'000;

// P(m, n) = m / (m + n) P(m - 1, n) shifted by n + n / (m + n) P(m, n - 1): the largest value is on either
// side.
std::vector<double> step(const std::vector<double>& fewer_m, const std::vector<double>& fewer_n,
                         std::size_t m, std::size_t n) {
    const double share = static_cast<double>(m) / static_cast<double>(m + n);
    std::vector<double> result(m * n + 1, 0.0);
    for (std::size_t u = 0; u < fewer_m.size(); ++u) result[u + n] += share * fewer_m[u];
    for (std::size_t u = 0; u < fewer_n.size(); ++u) result[u] += (1 - share) * fewer_n[u];
    return result;
}

// Twice the mid-ranks of all values, base first: whole numbers even where values are tied.
std::vector<std::size_t> doubled_ranks(std::span<const double> base, std::span<const double> head) {
    std::vector<double> all(base.begin(), base.end());
    all.insert(all.end(), head.begin(), head.end());
    std::vector<double> order = all;
    std::ranges::sort(order);
    std::vector<std::size_t> ranks;
    for (const double value : all) {
        // Not std::ranges::equal_range: Clang 14 cannot compile the one of GCC 12's library.
        const auto [first, last] = std::equal_range(order.begin(), order.end(), value);
        ranks.push_back(static_cast<std::size_t>((first - order.begin()) + (last - order.begin()) + 1));
    }
    return ranks;
}

// Probability of each sum of `chosen` of the ranks, every choice being equally likely.
std::vector<double> rank_sum_distribution(const std::vector<std::size_t>& ranks, std::size_t chosen) {
    std::size_t total = 0;
    for (const std::size_t rank : ranks) total += rank;
    // ways[k][s]: probability that of the ranks so far k are chosen with sum s, as the choice goes on at
    // random.
    std::vector<std::vector<double>> ways(chosen + 1, std::vector<double>(total + 1, 0.0));
    ways[0][0] = 1;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        const double left = static_cast<double>(ranks.size() - i);
        for (std::size_t k = std::min(i, chosen) + 1; k-- > 0;) {
            const double take = static_cast<double>(chosen - k) / left;
            for (std::size_t s = total + 1; s-- > 0;) {
                const double here = ways[k][s];
                if (here == 0) continue;
                if (take > 0) ways[k + 1][s + ranks[i]] += here * take;
                ways[k][s] = here * std::max(0.0, 1 - take);
            }
        }
    }
    return ways[chosen];
}

// The largest k for which the k lowest and the k highest pairwise differences may be cut off.
std::size_t exact_cut(std::size_t m, std::size_t n, double tail) {
    double sum = 0;
    std::size_t k = 0;
    for (const double probability : mann_whitney_distribution(m, n)) {
        sum += probability;
        if (sum > tail) break;
        ++k;
    }
    return k;
}

std::size_t approximate_cut(std::size_t m, std::size_t n, double tail) {
    const auto pairs = static_cast<double>(m) * static_cast<double>(n);
    const double deviation = std::sqrt(pairs * static_cast<double>(m + n + 1) / 12);
    const double quantile = boost::math::quantile(boost::math::normal(), tail);
    return static_cast<std::size_t>(std::max(0.0, std::floor(pairs / 2 + quantile * deviation - 0.5)));
}

}  // namespace

std::vector<double> mann_whitney_distribution(std::size_t m, std::size_t n) {
    std::vector<std::vector<double>> row(n + 1, std::vector<double>{1.0});
    for (std::size_t i = 1; i <= m; ++i) {
        row[0] = {1.0};
        for (std::size_t j = 1; j <= n; ++j) row[j] = step(row[j], row[j - 1], i, j);
    }
    return row[n];
}

MannWhitney mann_whitney(std::span<const double> base, std::span<const double> head) {
    const auto ranks = doubled_ranks(base, head);
    std::size_t observed = 0;
    for (std::size_t i = base.size(); i < ranks.size(); ++i) observed += ranks[i];
    const auto distribution = rank_sum_distribution(ranks, head.size());
    MannWhitney result;
    const auto n = static_cast<double>(head.size());
    result.u = static_cast<double>(observed) / 2 - n * (n + 1) / 2;
    result.p_less = 0;
    result.p_greater = 0;
    for (std::size_t s = 0; s < distribution.size(); ++s) {
        if (s <= observed) result.p_less += distribution[s];
        if (s >= observed) result.p_greater += distribution[s];
    }
    result.p_two_sided = std::min(1.0, 2 * std::min(result.p_less, result.p_greater));
    return result;
}

std::optional<Estimate> shift_interval(std::span<const double> base, std::span<const double> head,
                                       double confidence) {
    const std::size_t pairs = base.size() * head.size();
    if (pairs == 0) return std::nullopt;
    const double tail = (1 - confidence) / 2;
    const std::size_t cut = pairs <= kExactPairs ? exact_cut(base.size(), head.size(), tail)
                                                 : approximate_cut(base.size(), head.size(), tail);
    if (cut == 0) return std::nullopt;
    std::vector<double> differences;
    differences.reserve(pairs);
    for (const double b : base) {
        for (const double h : head) differences.push_back(h - b);
    }
    std::ranges::sort(differences);
    return Estimate{median(differences), differences[cut - 1], differences[pairs - cut]};
}

}  // namespace harness::stats
