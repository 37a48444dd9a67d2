#include "harness/judge/paired.h"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/normal.hpp>

#include "harness/stats/corrections.h"

namespace harness::judge {

double minimum_effect(double own, double relink_spread) {
    return std::max({kSmallestMinimumEffect, own, relink_spread});
}

std::vector<double> look_alphas(const GateSettings& settings) {
    std::vector<double> weights;
    for (const PlannedLook& look : settings.looks) weights.push_back(look.weight);
    return stats::spend_alpha(settings.family_alpha, weights);
}

stats::Design design(const GateSettings& settings, std::size_t suspects) {
    stats::Design design{{settings.screening_pairs, settings.screening_alpha}, {}};
    const auto alphas = look_alphas(settings);
    const auto shares = static_cast<double>(std::max<std::size_t>(suspects, 1));
    for (std::size_t look = 0; look < settings.looks.size(); ++look) {
        design.looks.push_back({settings.looks[look].pairs, alphas[look] / shares});
    }
    return design;
}

std::size_t expected_suspects(const GateSettings& settings, std::span<const RowNoise> rows) {
    const boost::math::normal normal;
    const double level = boost::math::quantile(boost::math::complement(normal, settings.screening_alpha));
    const double root = std::sqrt(static_cast<double>(settings.screening_pairs));
    double passing = 0;
    for (const RowNoise& row : rows) {
        if (row.spread == 0) continue;
        const double below = std::log1p(row.minimum_effect) / row.spread * root;
        passing += boost::math::cdf(normal, -(level + below));
    }
    return 1 + static_cast<std::size_t>(std::lround(passing));
}

bool decides(const PairedRow& row) {
    return row.role == model::Role::deciding && row.state == RowState::measured;
}

bool is_tested(const PairedRow& row) { return decides(row) && !row.exact; }

bool is_representative(const PairedRow& row) { return is_tested(row) && row.primary; }

std::vector<double> costs(const PairedRow& row, std::span<const double> values) {
    std::vector<double> turned(values.begin(), values.end());
    if (row.direction == model::Direction::higher) {
        for (double& value : turned) value = -value;
    }
    return turned;
}

}  // namespace harness::judge
