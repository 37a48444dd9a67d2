#include "harness/stats/signed_rank.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <boost/math/distributions/normal.hpp>

namespace harness::stats {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The ranks of what differs from the shift, in the smallest whole numbers: doubled where a mid-rank needs it.
struct Ranks {
    std::vector<std::size_t> all;
    std::size_t plus = 0;  // sum of those above the shift
    std::size_t total = 0;
    double scale = 1;  // how many units a rank of 1 has
};

Ranks halved_where_possible(Ranks doubled) {
    const auto odd = [](std::size_t rank) { return rank % 2 == 1; };
    if (std::ranges::any_of(doubled.all, odd)) return doubled;
    for (std::size_t& rank : doubled.all) rank /= 2;
    doubled.plus /= 2;
    doubled.total /= 2;
    doubled.scale = 1;
    return doubled;
}

Ranks ranks_of(std::span<const double> values, double shift) {
    std::vector<double> differences;
    for (const double value : values) differences.push_back(value - shift);
    std::ranges::sort(differences, [](double a, double b) { return std::abs(a) < std::abs(b); });
    Ranks ranks;
    ranks.scale = 2;
    for (std::size_t first = 0; first < differences.size();) {
        std::size_t end = first + 1;
        while (end < differences.size() && std::abs(differences[end]) == std::abs(differences[first])) ++end;
        const std::size_t doubled = first + end + 1;
        for (; first < end; ++first) {
            if (differences[first] == 0) continue;
            ranks.all.push_back(doubled);
            ranks.total += doubled;
            if (differences[first] > 0) ranks.plus += doubled;
        }
    }
    return halved_where_possible(std::move(ranks));
}

// In how many of the 2^n ways to choose among the ranks their sum is each of 0..most. Below 2^1024 ways a
// double holds them to its full relative precision.
std::vector<double> ways(const std::vector<std::size_t>& ranks, std::size_t most) {
    std::vector<double> count(most + 1, 0.0);
    count[0] = 1;
    std::size_t reach = 0;
    for (const std::size_t rank : ranks) {
        reach = std::min(reach + rank, most);
        for (std::size_t sum = reach; sum >= rank; --sum) count[sum] += count[sum - rank];
    }
    return count;
}

double share(double count, std::size_t n) { return std::ldexp(count, -static_cast<int>(n)); }

// Of a sum at least `sum` above the middle, or as far below.
SignedRank exact(const Ranks& ranks) {
    // The distribution is symmetric: only its lower half is built.
    const std::size_t lower = std::min(ranks.plus, ranks.total - ranks.plus);
    const auto count = ways(ranks.all, lower);
    const double at_most = share(std::accumulate(count.begin(), count.end(), 0.0), ranks.all.size());
    const double at_least = 1 - at_most + share(count.back(), ranks.all.size());
    const bool is_low = ranks.plus == lower;
    return {0, is_low ? at_least : at_most, is_low ? at_most : at_least};
}

SignedRank approximate(const Ranks& ranks) {
    double squares = 0;
    for (const std::size_t rank : ranks.all) squares += static_cast<double>(rank) * static_cast<double>(rank);
    const double deviation = std::sqrt(squares) / 2;
    const double above = static_cast<double>(ranks.plus) - static_cast<double>(ranks.total) / 2;
    const boost::math::normal normal;
    const double half = ranks.scale / 2;  // continuity
    return {0, boost::math::cdf(normal, -(above - half) / deviation),
            boost::math::cdf(normal, (above + half) / deviation)};
}

std::vector<std::size_t> plain_ranks(std::size_t n) {
    std::vector<std::size_t> ranks(n);
    std::iota(ranks.begin(), ranks.end(), std::size_t{1});
    return ranks;
}

std::size_t exact_cut(std::size_t n, double alpha) {
    const std::size_t half = n * (n + 1) / 4;
    const auto count = ways(plain_ranks(n), half);
    double sum = 0;
    std::size_t cut = 0;
    while (cut <= half) {
        sum += count[cut];
        if (share(sum, n) > alpha) break;
        ++cut;
    }
    return cut;
}

std::size_t approximate_cut(std::size_t n, double alpha) {
    const auto size = static_cast<double>(n);
    const double deviation = std::sqrt(size * (size + 1) * (2 * size + 1) / 24);
    const double quantile = boost::math::quantile(boost::math::normal(), std::min(alpha, 0.5));
    const double last = size * (size + 1) / 4 + quantile * deviation - 0.5;
    return last < 0 ? 0 : static_cast<std::size_t>(last) + 1;
}

std::vector<double> walsh_averages(std::span<const double> values) {
    std::vector<double> averages;
    averages.reserve(values.size() * (values.size() + 1) / 2);
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t j = i; j < values.size(); ++j) averages.push_back((values[i] + values[j]) / 2);
    }
    return averages;
}

}  // namespace

std::vector<double> signed_rank_distribution(std::size_t n) {
    auto distribution = ways(plain_ranks(n), n * (n + 1) / 2);
    for (double& probability : distribution) probability = share(probability, n);
    return distribution;
}

SignedRank signed_rank(std::span<const double> values, double shift) {
    const Ranks ranks = ranks_of(values, shift);
    if (ranks.all.empty()) return {};
    SignedRank result = ranks.all.size() <= kExactSignedRanks ? exact(ranks) : approximate(ranks);
    result.w_plus = static_cast<double>(ranks.plus) / ranks.scale;
    return result;
}

std::size_t walsh_cut(std::size_t n, double alpha) {
    if (n == 0 || !(alpha > 0)) return 0;
    return n <= kExactSignedRanks ? exact_cut(n, alpha) : approximate_cut(n, alpha);
}

double walsh_average(std::span<const double> values, std::size_t k) {
    auto averages = walsh_averages(values);
    const auto wanted = averages.begin() + static_cast<std::ptrdiff_t>(k) - 1;
    std::nth_element(averages.begin(), wanted, averages.end());
    return *wanted;
}

Estimate centre(std::span<const double> values, double low_alpha, double high_alpha) {
    auto averages = walsh_averages(values);
    std::ranges::sort(averages);
    const std::size_t low = walsh_cut(values.size(), low_alpha);
    const std::size_t high = low_alpha == high_alpha ? low : walsh_cut(values.size(), high_alpha);
    return {median(averages), low == 0 ? -kInfinity : averages[low - 1],
            high == 0 ? kInfinity : averages[averages.size() - high]};
}

}  // namespace harness::stats
