#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/store/connection.h"

namespace harness::store {

inline constexpr const char* kAcceptDecision = "accept";

// What somebody decided about a metric of a benchmark (SUITE/CASE) after a run, so that trends can mark it.
struct Decision {
    std::string id;  // UUID
    std::int64_t created_ns = 0;
    std::string benchmark;
    std::string metric;
    std::string run_id;
    std::string kind;  // kAcceptDecision, say
    std::string author;
    std::string reason;
    bool operator==(const Decision&) const = default;
};

// Its run must be stored.
Result<void> record_decision(Connection& connection, const Decision& decision);

// Oldest first.
Result<std::vector<Decision>> list_decisions(Connection& connection);

// The newest run, by its start, that measured this benchmark, by processes or by pairs; empty when none did.
Result<std::string> newest_run_with(Connection& connection, const std::string& benchmark);

// The same of any benchmark of a suite.
Result<std::string> newest_run_with_suite(Connection& connection, const std::string& suite);

}  // namespace harness::store
