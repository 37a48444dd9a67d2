#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/cli/select.h"
#include "harness/run/measure.h"
#include "harness/store/connection.h"
#include "harness/store/uuid.h"

namespace harness::cli {

// What a run is besides its settings.
struct Order {
    model::Profile profile = model::Profile::quick;
    std::string command_line;
};

struct Recorded {
    std::string run_id;
    run::Summary summary;
};

// The benchmarks selected with their programs.
Result<std::vector<run::Job>> jobs_for(const Selected& selected);

// A run that starts now, as yet without processes.
model::Run new_run(const Order& order, std::uint64_t seed, const store::RandomSource& random);

// Stores the suites and the benchmarks, or what is new about them.
Result<void> record_descriptions(store::Connection& connection, const Selected& selected,
                                 const std::vector<run::Job>& jobs);

// Stores the run, the suites and the benchmarks, all or nothing.
Result<void> begin_run(store::Connection& connection, const model::Run& run, const Selected& selected,
                       const std::vector<run::Job>& jobs, const store::RandomSource& random);

// Measures what is selected and stores every finished process at once, so that nothing is lost whenever it
// ends.
Result<Recorded> record(store::Connection& connection, const Selected& selected, const Order& order,
                        const run::Settings& settings, run::Interrupts& interrupts, run::Progress& progress);

}  // namespace harness::cli
