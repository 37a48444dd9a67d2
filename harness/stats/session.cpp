#include "harness/stats/session.h"

#include <cmath>
#include <numbers>

namespace harness::stats {

namespace {

double mean_difference(const std::vector<double>& values) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) sum += std::abs(values[i] - values[j]);
    }
    const auto n = static_cast<double>(values.size());
    return sum / (n * (n - 1) / 2);
}

}  // namespace

SessionSpread session_spread(std::span<const std::vector<double>> groups) {
    SessionSpread spread;
    double weighted = 0;
    for (const auto& group : groups) {
        if (group.size() < 2) continue;
        spread.sessions += group.size();
        spread.degrees += group.size() - 1;
        weighted += mean_difference(group) * static_cast<double>(group.size() - 1);
    }
    if (spread.degrees == 0) return spread;
    // Two normal values differ by 2 / sqrt(pi) standard deviations on average.
    spread.deviation = weighted / static_cast<double>(spread.degrees) / 2 / std::numbers::inv_sqrtpi;
    return spread;
}

double moderated(const SessionSpread& own, double typical, double prior_degrees) {
    const auto degrees = static_cast<double>(own.degrees);
    if (degrees + prior_degrees == 0) return own.deviation;
    const double squares = degrees * own.deviation * own.deviation + prior_degrees * typical * typical;
    return std::sqrt(squares / (degrees + prior_degrees));
}

}  // namespace harness::stats
