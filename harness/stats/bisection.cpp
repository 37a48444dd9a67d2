#include "harness/stats/bisection.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "harness/stats/estimators.h"
#include "harness/stats/signed_rank.h"

namespace harness::stats {

namespace {

// Standard deviation of a commit's own level, as a fraction of the step.
constexpr double kOwnLevel = 0.125;
// The least spread, as a fraction of the step.
constexpr double kLeastSpread = 0.02;
// The chance that a commit shows the contrary of what it is.
constexpr double kContrary = 0.002;
// The centre of fewer values is not robust yet: with four, searches under Student's t of three degrees went
// wrong in one of sixteen, with six in one of thirty, for a fifth more pairs.
constexpr std::size_t kFewestValues = 6;
// ln of the odds, a hundred to one, at which a commit is clear and building another one is worth more than
// measuring this one again. After half a dozen such answers kEnough is reached as a rule.
constexpr double kClear = 4.605;
// What is expected to tell less, in bits, is not worth a measurement.
constexpr double kLeastInformation = 0.01;

constexpr std::size_t kFewestBetween = 10;
constexpr double kBetweenAlpha = 0.001;
constexpr double kBetweenMargin = 0.2;

double squared(double x) { return x * x; }

double hodges_lehmann(std::span<const double> values) { return centre(values, 0, 0).value; }

// pi / 3: of the centre's variance against the mean's, for normal values.
double centre_variance(double spread, std::size_t n) {
    return std::numbers::pi / 3 * squared(spread) / static_cast<double>(n);
}

// The ratio when either side may be the contrary of what it shows.
double with_contrary(double log_ratio) {
    const double ratio = std::exp(-std::abs(log_ratio));
    const double bounded =
        std::log(((1 - kContrary) + kContrary * ratio) / (kContrary + (1 - kContrary) * ratio));
    return std::copysign(bounded, log_ratio);
}

// Bits that a sure answer to a question tells whose answer is yes with this probability.
double binary_entropy(double p) {
    const auto term = [](double x) { return x <= 0 ? 0 : -x * std::log2(x); };
    return term(p) + term(1 - p);
}

}  // namespace

KnownStep known_step(std::span<const double> good_against_bad) {
    const double size = hodges_lehmann(good_against_bad);
    const double spread = std::max(robust_spread(good_against_bad), kLeastSpread * std::abs(size));
    return {size, std::sqrt(centre_variance(spread, good_against_bad.size())), spread};
}

double log_likelihood_ratio(std::span<const double> values, const KnownStep& step) {
    if (values.empty()) return 0;
    const double variance =
        centre_variance(step.spread, values.size()) + squared(step.error) + squared(kOwnLevel * step.size);
    return step.size * (hodges_lehmann(values) - step.size / 2) / variance;
}

bool lies_between(std::span<const double> values, const KnownStep& step) {
    if (values.size() < kFewestBetween) return false;
    std::vector<double> shares;  // of the step
    for (const double value : values) shares.push_back(value / step.size);
    const Estimate level = centre(shares, kBetweenAlpha, kBetweenAlpha);
    return level.low > kBetweenMargin && level.high < 1 - kBetweenMargin;
}

Bisection::Bisection(std::size_t commits, const KnownStep& step) : step_(step), trials_(commits) {}

void Bisection::observe(std::size_t commit, double value) {
    Trial& trial = trials_[commit];
    trial.values.push_back(value);
    trial.log_odds = with_contrary(log_likelihood_ratio(trial.values, step_));
    last_measured_ = commit;
}

void Bisection::skip(std::size_t commit) {
    trials_[commit] = {{}, 0, true};
    if (last_measured_ == commit) last_measured_.reset();
}

bool Bisection::is_clear(const Trial& trial) const {
    if (trial.skipped || trial.values.size() >= kMostValues) return true;
    return trial.values.size() >= kFewestValues && std::abs(trial.log_odds) >= kClear;
}

// 1 - 2^(-d/s) at the distance d from the nearest of s commits that were skipped: the more there are, the
// farther away the search goes on.
double Bisection::chance_to_measure(std::size_t commit) const {
    if (!trials_[commit].values.empty()) return 1;
    std::size_t nearest = trials_.size();
    std::size_t skipped = 0;
    for (std::size_t other = 0; other < trials_.size(); ++other) {
        if (!trials_[other].skipped) continue;
        ++skipped;
        nearest = std::min(nearest, other < commit ? commit - other : other - commit);
    }
    if (skipped == 0) return 1;
    return 1 - std::exp2(-static_cast<double>(nearest) / static_cast<double>(skipped));
}

std::optional<std::size_t> Bisection::next() const {
    if (last_measured_ && !is_clear(trials_[*last_measured_])) return last_measured_;
    if (decided()) return std::nullopt;
    std::optional<std::size_t> best;
    double most = kLeastInformation;
    double bad = 0;  // the probability that the commit is
    const std::vector<double> first_bad = posterior();
    for (std::size_t commit = 0; commit + 1 < trials_.size(); ++commit) {
        bad += first_bad[commit];
        const Trial& trial = trials_[commit];
        if (trial.skipped || trial.values.size() >= kMostValues) continue;
        const double information = binary_entropy(bad);
        // A small chance must not end the search: it counts in the choice only.
        if (information < kLeastInformation) continue;
        const double score = kLeastInformation + information * chance_to_measure(commit);
        if (score <= most) continue;
        most = score;
        best = commit;
    }
    return best;
}

std::vector<double> Bisection::posterior() const {
    // If the first bad commit is f, those from f on have the step: their odds add up.
    std::vector<double> weights(trials_.size());
    double sum = 0;
    for (std::size_t i = trials_.size(); i-- > 0;) {
        sum += trials_[i].log_odds;
        weights[i] = sum;
    }
    const double largest = *std::ranges::max_element(weights);
    for (double& weight : weights) weight = std::exp(weight - largest);
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= total;
    return weights;
}

// Commits that were not skipped, and the last one.
std::vector<std::size_t> Bisection::measurable() const {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < trials_.size(); ++i) {
        if (!trials_[i].skipped || i + 1 == trials_.size()) result.push_back(i);
    }
    return result;
}

Suspects Bisection::suspects() const {
    const std::vector<double> first_bad = posterior();
    const std::vector<std::size_t> ends = measurable();
    Suspects fewest{0, trials_.size() - 1, 1};
    // A window of whole groups, each of which ends with a measurable commit.
    std::size_t begin = 0;
    double held = 0;
    std::size_t added = 0;
    for (std::size_t end = 0; end < ends.size(); ++end) {
        while (added <= ends[end]) held += first_bad[added++];
        for (; held >= kEnough; ++begin) {
            const std::size_t first = begin == 0 ? 0 : ends[begin - 1] + 1;
            if (ends[end] - first < fewest.last - fewest.first) fewest = {first, ends[end], held};
            for (std::size_t i = first; i <= ends[begin]; ++i) held -= first_bad[i];
        }
    }
    fewest.probability =
        std::accumulate(first_bad.begin() + static_cast<std::ptrdiff_t>(fewest.first),
                        first_bad.begin() + static_cast<std::ptrdiff_t>(fewest.last) + 1, 0.0);
    return fewest;
}

bool Bisection::decided() const {
    if (trials_.size() == 1) return true;
    const bool any = std::ranges::any_of(trials_, [](const Trial& trial) { return !trial.values.empty(); });
    const Suspects now = suspects();
    const auto inside = std::span(trials_).subspan(now.first, now.last - now.first);
    return any && std::ranges::all_of(inside, [](const Trial& trial) { return trial.skipped; });
}

}  // namespace harness::stats
