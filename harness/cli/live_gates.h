#pragma once

#include <cstddef>

#include "harness/cli/side_by_side.h"
#include "harness/report/selftest.h"

namespace harness::cli {

// Counts what one more real gate of equal sides said.
void note_gate(report::LiveGates& live, const model::Comparison& comparison);

// What a stored gate of equal sides says; nothing when it did not come to its end.
Result<void> note_stored_gate(report::LiveGates& live, store::Connection& connection,
                              const std::string& run_id);

// Measures, judges and notes so many real gates of this matchup, whose sides must not differ; each with a
// seed of its own, and stored as any other.
tl::expected<void, Failure> run_live_gates(report::LiveGates& live, Matchup matchup, std::size_t gates,
                                           const Globals& globals, store::Connection& connection,
                                           run::Interrupts& interrupts);

}  // namespace harness::cli
