#pragma once

#include <string>
#include <vector>

#include "harness/model/run.h"
#include "harness/store/connection.h"
#include "harness/store/uuid.h"

namespace harness::store {

// What is known about a suite besides its benchmarks.
struct SuiteText {
    std::string name;
    std::string title;
    std::string question;
    std::string description;
    bool operator==(const SuiteText&) const = default;
};

// What to do with a description that is stored already: what was measured here is newer, what is imported may
// be older.
enum class Known { update, keep };

Result<void> record_suite(Connection& connection, const SuiteText& suite, Known known);

Result<std::vector<SuiteText>> all_suites(Connection& connection);

// Its suite must be recorded before.
Result<void> record_benchmark(Connection& connection, const model::Benchmark& benchmark, Known known);

// All definitions that processes or pairs of this run measured, ordered by id and version.
Result<std::vector<model::Benchmark>> benchmarks_of_run(Connection& connection, const std::string& run_id);

// Whether any definition of this benchmark (SUITE/CASE, as it was measured) is stored.
Result<bool> has_benchmark(Connection& connection, const std::string& benchmark);

// The id of the machine or build with this content; recorded when it is new.
Result<std::string> record_machine(Connection& connection, const model::Machine& machine,
                                   const RandomSource& random);
Result<std::string> record_build(Connection& connection, const model::Build& build,
                                 const RandomSource& random);

// Builds whose programs processes of this run are, alone or in pairs, ordered by content.
Result<std::vector<model::Build>> builds_of_run(Connection& connection, const std::string& run_id);

}  // namespace harness::store
