#include "harness/stats/power.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <span>

#include "harness/stats/signed_rank.h"

namespace harness::stats {

namespace {

constexpr std::size_t kExperiments = 2000;
constexpr std::uint64_t kSeed = 0x5eed;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Standard normal values by Box and Muller (1958): std::normal_distribution differs between libraries.
class Normal {
  public:
    double operator()() {
        const double radius = std::sqrt(-2 * std::log(uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }

    std::vector<double> sample(std::size_t n) {
        std::vector<double> values(n);
        for (double& value : values) value = (*this)();
        return values;
    }

  private:
    // Above 0, at most 1.
    double uniform() { return static_cast<double>((random_() >> 11) + 1) * 0x1p-53; }

    std::mt19937_64 random_{kSeed};
};

// By how many spreads the centre must lie above what is tested for these values, drawn about 0, to reject.
double needed(std::span<const double> values, std::size_t cut) {
    return cut == 0 ? kInfinity : -walsh_average(values, cut);
}

// Too few pairs find nothing, not even without any spread.
double beyond(double need, double spread) { return need == kInfinity ? kInfinity : need * spread; }

}  // namespace

Sensitivity::Sensitivity(const Design& design) {
    const std::size_t screening_cut = walsh_cut(design.screening.pairs, design.screening.alpha);
    std::vector<std::size_t> cuts;
    std::size_t most = 0;
    for (const Look& look : design.looks) {
        cuts.push_back(walsh_cut(look.pairs, look.alpha));
        most = std::max(most, look.pairs);
    }
    Normal normal;
    for (std::size_t i = 0; i < kExperiments; ++i) {
        double screening = -kInfinity;
        if (design.screening.pairs > 0) {
            screening = needed(normal.sample(design.screening.pairs), screening_cut);
        }
        double confirmation = kInfinity;
        const auto fresh = normal.sample(most);
        for (std::size_t look = 0; look < cuts.size(); ++look) {
            const auto seen = std::span(fresh).first(design.looks[look].pairs);
            confirmation = std::min(confirmation, needed(seen, cuts[look]));
        }
        needs_.push_back(std::max(screening, confirmation));
    }
}

double Sensitivity::power(double change, double spread, double minimum_effect) const {
    const auto found = std::ranges::count_if(
        needs_, [&](double need) { return change - minimum_effect > beyond(need, spread); });
    return static_cast<double>(found) / static_cast<double>(needs_.size());
}

double Sensitivity::smallest_change(double power, double spread, double minimum_effect) const {
    std::vector<double> changes;
    for (const double need : needs_) changes.push_back(minimum_effect + beyond(need, spread));
    const double wanted = std::ceil(std::clamp(power, 0.0, 1.0) * static_cast<double>(changes.size()));
    const auto last = changes.begin() + static_cast<std::ptrdiff_t>(std::max(wanted, 1.0)) - 1;
    std::ranges::nth_element(changes, last);
    return *last;
}

std::optional<std::size_t> pairs_needed(double change, double spread, double minimum_effect, double alpha,
                                        double power, std::size_t most) {
    const auto enough = [&](std::size_t pairs) {
        const Sensitivity sensitivity(Design{{}, {{pairs, alpha}}});
        return sensitivity.power(change, spread, minimum_effect) >= power;
    };
    if (most == 0 || !enough(most)) return std::nullopt;
    std::size_t too_few = 0;
    while (most - too_few > 1) {
        const std::size_t middle = too_few + (most - too_few) / 2;
        (enough(middle) ? most : too_few) = middle;
    }
    return most;
}

}  // namespace harness::stats
