#include "harness/judge/decide.h"

#include <algorithm>
#include <cmath>

#include "harness/stats/estimators.h"
#include "harness/stats/rank.h"

namespace harness::judge {

namespace {

using model::Effect;
using model::Verdict;
using model::VerdictKind;

VerdictKind classify(const Effect& cost, double threshold) {
    const double worse = 1 + threshold;
    const double better = 1 / worse;
    if (cost.low > worse) return VerdictKind::regressed;
    if (cost.high < better) return VerdictKind::improved;
    if (cost.low >= better && cost.high <= worse) return VerdictKind::unchanged;
    return VerdictKind::inconclusive;
}

Verdict inconclusive(Verdict verdict, std::string note) {
    verdict.kind = VerdictKind::inconclusive;
    verdict.note = std::move(note);
    return verdict;
}

bool all_equal(const Series& base, const Series& head) {
    const auto same = [&](double value) { return value == base.values.front(); };
    return std::ranges::all_of(base.values, same) && std::ranges::all_of(head.values, same);
}

std::string too_few(const Verdict& verdict) {
    const bool base_is_short = verdict.n_base < kFewestProcesses;
    return fmt::format("{} of the {} processes needed measured it in the {}",
                       base_is_short ? verdict.n_base : verdict.n_head, kFewestProcesses,
                       base_is_short ? "baseline" : "run");
}

// What an inconclusive row would have shown: the smallest true change that clears threshold, interval and
// widening.
std::string smallest_visible(const Effect& effect, double threshold) {
    const double reach = (std::log(effect.high) - std::log(effect.low)) / 2;
    return fmt::format("a change below {:.0f} % cannot be told from noise here",
                       100 * std::expm1(std::log1p(threshold) + reach));
}

}  // namespace

Effect as_cost(const Effect& effect, model::Direction direction) {
    if (direction == model::Direction::lower) return effect;
    return {1 / effect.ratio, 1 / effect.high, 1 / effect.low};
}

Verdict decide(Verdict known, const Series& base, const Series& head, const Widening& widening,
               double confidence) {
    known.n_base = base.values.size();
    known.n_head = head.values.size();
    if (known.n_base > 0) known.base = stats::median(base.values);
    if (known.n_head > 0) known.head = stats::median(head.values);
    if (std::min(known.n_base, known.n_head) < kFewestProcesses) {
        std::string note = too_few(known);
        return inconclusive(std::move(known), std::move(note));
    }
    if (!all_positive(base.values) || !all_positive(head.values)) {
        // A counter that stays at zero has no ratio, but nothing to be unsure of either.
        if (!all_equal(base, head))
            return inconclusive(std::move(known), "values that are not positive have no ratio");
        known.kind = VerdictKind::unchanged;
        known.effect = Effect{};
        return known;
    }
    const auto shift = stats::shift_interval(logarithms(base.values), logarithms(head.values), confidence);
    if (!shift) return inconclusive(std::move(known), "too few processes for the confidence asked for");
    known.effect = Effect{std::exp(shift->value), std::exp(shift->low - widening.log_width),
                          std::exp(shift->high + widening.log_width)};
    known.kind = classify(as_cost(*known.effect, known.direction), known.threshold);
    if (known.kind == VerdictKind::inconclusive)
        known.note = smallest_visible(*known.effect, known.threshold);
    return known;
}

}  // namespace harness::judge
