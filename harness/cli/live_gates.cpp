#include "harness/cli/live_gates.h"

#include <fmt/format.h>

#include "harness/cli/text.h"

namespace harness::cli {

void note_gate(report::LiveGates& live, std::size_t gate, const model::Comparison& comparison) {
    ++live.gates;
    const auto say = [&](const std::string& text) {
        live.details.push_back(fmt::format("gate {} (run {}) {}", gate, short_id(comparison.run), text));
    };
    if (!comparison.void_reason.empty()) {
        ++live.voids;
        say("was void: " + comparison.void_reason);
        return;
    }
    bool alarmed = !comparison.systemic.empty();
    if (alarmed) say("alarmed: " + comparison.systemic);
    for (const model::Verdict& verdict : comparison.verdicts) {
        if (verdict.role != model::Role::deciding || verdict.kind != model::VerdictKind::regressed) continue;
        alarmed = true;
        say(fmt::format("alarmed: {} {:+.1f} %", verdict.benchmark,
                        verdict.effect ? 100 * (verdict.effect->ratio - 1) : 0.0));
    }
    live.alarms += alarmed ? 1 : 0;
}

tl::expected<report::LiveGates, Failure> run_live_gates(Matchup matchup, std::size_t gates,
                                                        const Globals& globals, store::Connection& connection,
                                                        run::Interrupts& interrupts) {
    report::LiveGates live;
    for (std::size_t gate = 1; gate <= gates; ++gate) {
        const auto comparison = measure_side_by_side(matchup, globals, connection, interrupts);
        if (!comparison) return tl::unexpected(comparison.error());
        note_gate(live, gate, *comparison);
        ++matchup.seed;
    }
    return live;
}

}  // namespace harness::cli
