#pragma once

#include <cstddef>

#include "harness/cli/side_by_side.h"
#include "harness/report/selftest.h"

namespace harness::cli {

// Counts what one real gate of equal sides said. gate: from 1.
void note_gate(report::LiveGates& live, std::size_t gate, const model::Comparison& comparison);

// Measures and judges so many real gates of this matchup, whose sides must not differ; each with a seed of
// its own, and stored as any other.
tl::expected<report::LiveGates, Failure> run_live_gates(Matchup matchup, std::size_t gates,
                                                        const Globals& globals, store::Connection& connection,
                                                        run::Interrupts& interrupts);

}  // namespace harness::cli
