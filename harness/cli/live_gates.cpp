#include "harness/cli/live_gates.h"

#include <fmt/format.h>

#include "harness/cli/text.h"
#include "harness/duel/rejudge.h"
#include "harness/store/runs.h"

namespace harness::cli {

void note_gate(report::LiveGates& live, const model::Comparison& comparison) {
    ++live.gates;
    const auto say = [&](const std::string& text) {
        live.details.push_back(
            fmt::format("gate {} (run {}) {}", live.gates, short_id(comparison.run), text));
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

Result<void> note_stored_gate(report::LiveGates& live, store::Connection& connection,
                              const std::string& run_id) {
    const auto run = store::find_run(connection, run_id);
    if (!run) return tl::unexpected(run.error());
    if (run->run.status != model::RunStatus::complete) return {};
    const auto comparison = duel::judge_again(connection, run_id);
    if (!comparison) return tl::unexpected(comparison.error());
    if (*comparison) note_gate(live, **comparison);
    return {};
}

tl::expected<void, Failure> run_live_gates(report::LiveGates& live, Matchup matchup, std::size_t gates,
                                           const Globals& globals, store::Connection& connection,
                                           run::Interrupts& interrupts) {
    for (; gates > 0; --gates) {
        const auto comparison = measure_side_by_side(matchup, globals, connection, interrupts);
        if (!comparison) return tl::unexpected(comparison.error());
        note_gate(live, *comparison);
        ++matchup.seed;
    }
    return {};
}

}  // namespace harness::cli
