#include "harness/stats/corrections.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace harness::stats {

namespace {

// Indices from the smallest p to the largest; equal ones in the order given.
std::vector<std::size_t> ascending(std::span<const double> p) {
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
    return order;
}

}  // namespace

std::vector<double> holm_adjusted(std::span<const double> p) {
    std::vector<double> adjusted(p.size());
    double largest = 0;
    std::size_t left = p.size();
    for (const std::size_t i : ascending(p)) {
        largest = std::max(largest, std::min(1.0, p[i] * static_cast<double>(left--)));
        adjusted[i] = largest;
    }
    return adjusted;
}

std::vector<double> holm_levels(std::span<const double> p, double alpha) {
    std::vector<double> levels(p.size());
    std::size_t left = p.size();
    for (const std::size_t i : ascending(p)) {
        levels[i] = alpha / static_cast<double>(left);
        if (p[i] <= levels[i]) --left;
    }
    return levels;
}

std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p) {
    std::vector<double> adjusted(p.size());
    const auto order = ascending(p);
    double smallest = 1;
    for (std::size_t rank = order.size(); rank > 0; --rank) {
        const std::size_t i = order[rank - 1];
        const double share = static_cast<double>(p.size()) / static_cast<double>(rank);
        smallest = std::min(smallest, p[i] * share);
        adjusted[i] = smallest;
    }
    return adjusted;
}

std::vector<double> spend_alpha(double alpha, std::span<const double> weights) {
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<double> levels;
    for (const double weight : weights) levels.push_back(alpha * weight / total);
    return levels;
}

}  // namespace harness::stats
