#include "harness/cli/doctor_text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "harness/cli/text.h"
#include "harness/run/progress.h"
#include "harness/stats/estimators.h"
#include "harness/stats/power.h"

namespace harness::cli {

namespace {

std::string word_of(const run::Condition& condition) {
    switch (condition.state) {
        case run::Condition::State::ok:
            return "ok";
        case run::Condition::State::unknown:
            return "unknown";
        case run::Condition::State::noisy:
            break;
    }
    return "noisy: " + condition.advice;
}

// Sensitivities by number of pairs: each is simulated once.
class Sights {
  public:
    explicit Sights(const judge::GateSettings& gate) : gate_(gate) {}

    Sight of(const Glimpse& glimpse) {
        constexpr std::chrono::nanoseconds kMinute = std::chrono::minutes(1);
        const auto cost = std::max<std::int64_t>(glimpse.cost.count(), 1);
        Sight sight;
        sight.pairs =
            std::clamp<std::size_t>(static_cast<std::size_t>(kMinute.count() / cost), 1, kMostPairsOfAMinute);
        sight.spread = stats::robust_spread(glimpse.values);
        auto found = known_.find(sight.pairs);
        if (found == known_.end()) {
            const stats::Design design{{}, {{sight.pairs, gate_.family_alpha}}};
            found = known_.emplace(sight.pairs, stats::Sensitivity(design)).first;
        }
        const double change = found->second.smallest_change(gate_.power, sight.spread,
                                                            std::log1p(judge::kSmallestMinimumEffect));
        sight.smallest_change = std::expm1(change);
        return sight;
    }

  private:
    const judge::GateSettings& gate_;
    std::map<std::size_t, stats::Sensitivity> known_;
};

struct Line {
    double order = 0;
    std::vector<std::string> cells;
};

Line line_of(const Glimpse& glimpse, Sights& sights) {
    constexpr double kLast = -1;
    if (!glimpse.error.empty()) return {kLast, {glimpse.benchmark, "", "", "", "failed: " + glimpse.error}};
    const std::string count = std::to_string(glimpse.values.size());
    if (glimpse.values.size() < kFewestPairsOfAGlimpse)
        return {kLast, {glimpse.benchmark, count, "", "", "too few pairs: give it more --budget"}};
    const Sight sight = sights.of(glimpse);
    const bool sees = std::isfinite(sight.smallest_change);
    return {sees ? sight.smallest_change : std::numeric_limits<double>::max(),
            {glimpse.benchmark, count, fmt::format("{:.2f} %", 100 * std::expm1(sight.spread)),
             std::to_string(sight.pairs),
             sees ? fmt::format("{:.1f} %", 100 * sight.smallest_change) : "none: too few pairs fit"}};
}

}  // namespace

Sight sight_of(const Glimpse& glimpse, const judge::GateSettings& gate) { return Sights(gate).of(glimpse); }

std::string fingerprint_text(const model::Machine& machine) {
    return aligned(
        {{"machine class", model::machine_class(machine)},
         {"processor",
          fmt::format("{}, {}{}", machine.cpu_model, counted(static_cast<std::size_t>(machine.cores), "CPU"),
                      machine.virtualised ? ", virtual machine" : "")},
         {"memory", fmt::format("{:.1f} GiB on {}", static_cast<double>(machine.memory_bytes) / 1073741824.0,
                                counted(static_cast<std::size_t>(machine.numa_nodes), "node"))},
         {"kernel", machine.kernel}});
}

std::string conditions_text(std::span<const run::Condition> conditions) {
    std::vector<std::vector<std::string>> rows;
    for (const run::Condition& condition : conditions)
        rows.push_back({condition.name, condition.value, word_of(condition)});
    return aligned(rows);
}

std::string glimpses_text(std::span<const Glimpse> glimpses, const judge::GateSettings& gate) {
    Sights sights(gate);
    std::vector<Line> lines;
    for (const Glimpse& glimpse : glimpses) lines.push_back(line_of(glimpse, sights));
    std::ranges::stable_sort(lines, std::ranges::greater{}, &Line::order);
    std::vector<std::vector<std::string>> rows{
        {"benchmark", "pairs", "differ by", "pairs a minute", "smallest change a minute shows"}};
    for (Line& line : lines) rows.push_back(std::move(line.cells));
    return aligned(rows);
}

std::vector<std::size_t> evenly(std::size_t benchmarks, std::size_t taken) {
    std::vector<std::size_t> indices;
    const std::size_t count = std::min(benchmarks, taken);
    for (std::size_t i = 0; i < count; ++i) indices.push_back(i * benchmarks / count);
    return indices;
}

}  // namespace harness::cli
