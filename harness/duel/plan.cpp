#include "harness/duel/plan.h"

#include <cmath>
#include <cstdint>

namespace harness::duel {

Plan make_plan(std::span<const Outlook> rows, const judge::GateSettings& gate) {
    Plan plan;
    if (rows.empty()) return plan;
    std::vector<judge::RowNoise> noise;
    std::chrono::nanoseconds round{};
    for (const Outlook& row : rows) {
        noise.push_back({row.spread.value_or(kAssumedSpread), row.minimum_effect});
        round += row.pair;
    }
    const auto count = [](std::size_t number) { return static_cast<std::int64_t>(number); };
    plan.screening = round * count(gate.screening_pairs);
    plan.suspects = judge::expected_suspects(gate, noise);
    plan.confirmation = round * count(plan.suspects * gate.looks.back().pairs) / count(rows.size());
    const stats::Sensitivity sensitivity(judge::design(gate, plan.suspects));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const double change =
            sensitivity.smallest_change(gate.power, noise[row].spread, std::log1p(rows[row].minimum_effect));
        plan.rows.push_back({rows[row], std::expm1(change)});
    }
    return plan;
}

}  // namespace harness::duel
