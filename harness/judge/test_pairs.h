#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/judge/paired.h"

namespace harness::judge::testing {

// n different values evenly spread over `middle` +- 1.7 spreads, in an order that has no trend; of odd n one
// is the middle itself.
inline std::vector<double> around(double middle, double spread, std::size_t n) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) {
        const auto place = static_cast<double>(i * 7 % n);  // n is no multiple of 7
        values.push_back(middle + spread * 1.7 * (2 * place / static_cast<double>(n - 1) - 1));
    }
    return values;
}

// A deciding row of time whose screening and fresh pairs lie around these logarithms.
inline PairedRow row(std::string benchmark, double screening, double fresh, double spread = 0.01,
                     std::size_t fresh_pairs = 24) {
    PairedRow row;
    row.group = benchmark.substr(0, benchmark.find('/'));
    row.benchmark = std::move(benchmark);
    row.metric = "time";
    row.unit = "ns";
    row.value = {around(screening, spread, 12), around(fresh, spread, fresh_pairs)};
    return row;
}

}  // namespace harness::judge::testing
