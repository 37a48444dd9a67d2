#include "harness/judge/health.h"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/hypergeometric.hpp>
#include <fmt/format.h>

#include "harness/stats/corrections.h"
#include "harness/stats/signed_rank.h"

namespace harness::judge {

namespace {

double control_p(const ControlPairs& control) {
    const double minimum = std::log1p(control.minimum_effect);
    const double above = stats::signed_rank(control.values, minimum).p_greater;
    const double below = stats::signed_rank(control.values, -minimum).p_less;
    return std::min(1.0, 2 * std::min(above, below));
}

void check_controls(const RunHealth& health, const HealthLimits& limits, std::vector<std::string>& reasons) {
    std::vector<double> p;
    for (const ControlPairs& control : health.controls) p.push_back(control_p(control));
    const auto adjusted = stats::holm_adjusted(p);
    for (std::size_t i = 0; i < p.size(); ++i) {
        if (adjusted[i] > limits.control_alpha) continue;
        const ControlPairs& control = health.controls[i];
        const double middle = stats::centre(control.values, 0.5, 0.5).value;
        reasons.push_back(fmt::format("the base differs from itself by {:+.1f} % in '{}'",
                                      100 * std::expm1(middle), control.benchmark));
    }
}

double rate(const Rejections& side) {
    return side.slices == 0 ? 0 : static_cast<double>(side.dropped) / static_cast<double>(side.slices);
}

void check_rejections(const RunHealth& health, const HealthLimits& limits,
                      std::vector<std::string>& reasons) {
    const double base = rate(health.base);
    const double head = rate(health.head);
    if (std::abs(head - base) <= limits.rejection_difference) return;
    if (rejection_p(health.base, health.head) > limits.rejection_alpha) return;
    reasons.push_back(fmt::format("{:.0f} % of the base's slices were disturbed, but {:.0f} % of the head's",
                                  100 * base, 100 * head));
}

// 0 where too little time passed to tell.
double per_second(double amount, double seconds, const HealthLimits& limits) {
    return seconds < limits.fewest_seconds ? 0 : amount / seconds;
}

void check_machine(const RunHealth& health, const HealthLimits& limits, std::vector<std::string>& reasons) {
    const double stolen = per_second(health.stolen_seconds, health.watched_seconds, limits);
    if (stolen > limits.stolen) {
        reasons.push_back(fmt::format("the hypervisor stole {:.0f} % of the time (limit {:.0f} %)",
                                      100 * stolen, 100 * limits.stolen));
    }
    const double interruptions = per_second(health.interruptions, health.sliced_seconds, limits);
    if (interruptions > limits.interruptions) {
        reasons.push_back(fmt::format("the workers were interrupted {:.0f} times a second (limit {:.0f})",
                                      interruptions, limits.interruptions));
    }
    if (health.clock_step_ns > limits.clock_share * health.shortest_slice_ns &&
        health.shortest_slice_ns > 0) {
        reasons.push_back(fmt::format("the clock's steps of {:.0f} ns are too coarse for slices of {:.0f} ns",
                                      health.clock_step_ns, health.shortest_slice_ns));
    }
}

}  // namespace

double rejection_p(const Rejections& base, const Rejections& head) {
    if (base.slices == 0 || head.slices == 0) return 1;
    const std::size_t dropped = base.dropped + head.dropped;
    const std::size_t slices = base.slices + head.slices;
    const boost::math::hypergeometric_distribution<double> dropped_of_head(
        static_cast<unsigned>(dropped), static_cast<unsigned>(head.slices), static_cast<unsigned>(slices));
    const auto seen = static_cast<double>(head.dropped);
    const double at_most = boost::math::cdf(dropped_of_head, seen);
    const double at_least = boost::math::cdf(boost::math::complement(dropped_of_head, seen)) +
                            boost::math::pdf(dropped_of_head, seen);
    return std::min(1.0, 2 * std::min(at_most, at_least));
}

Complaints complaints(const RunHealth& health, const HealthLimits& limits, BadConditions bad_conditions) {
    std::vector<std::string> reasons;
    std::vector<std::string> notes;
    check_controls(health, limits, reasons);
    auto& conditions = bad_conditions == BadConditions::void_run ? reasons : notes;
    check_rejections(health, limits, conditions);
    check_machine(health, limits, conditions);
    return {fmt::format("{}", fmt::join(reasons, "; ")), fmt::format("{}", fmt::join(notes, "; "))};
}

}  // namespace harness::judge
