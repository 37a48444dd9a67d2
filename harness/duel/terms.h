#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/duel/ledger.h"
#include "harness/judge/instructions.h"
#include "harness/model/result.h"
#include "harness/model/verdict.h"

namespace harness::duel {

// All that decides a duel but its pairs: kept with its run, so that every verdict can be judged again.
struct Terms {
    std::string base;  // as the user named it
    std::string head;
    std::string base_revision;  // empty for a build folder outside version control
    std::string head_revision;
    std::string machine_class;
    std::string rules_hash;
    judge::GateSettings gate;
    std::vector<LedgerRow> rows;                  // without values
    std::vector<judge::InstructionCount> counts;  // empty unless asked for
    std::vector<std::string> notes;               // for the reader, besides the judge's own
    bool operator==(const Terms&) const = default;
};

// One JSON object, with a version of its own.
std::string to_text(const Terms& terms);
Result<Terms> parse_terms(std::string_view text);

// The rows and the health of the run as its pairs, in the order measured, leave them. A pair of a benchmark
// that the terms do not name is an error.
Result<Ledger> replay(const Terms& terms, std::span<const store::StoredPair> pairs);

// The verdicts on what the ledger holds.
model::Comparison judge_duel(const Terms& terms, const std::string& run_id,
                             std::span<const judge::PairedRow> rows, const judge::RunHealth& health);

}  // namespace harness::duel
