#pragma once

#include <string>

#include "harness/cli/select.h"
#include "harness/run/measure.h"
#include "harness/store/connection.h"

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

// Measures what is selected and stores every finished process at once, so that nothing is lost whenever it
// ends.
Result<Recorded> record(store::Connection& connection, const Selected& selected, const Order& order,
                        const run::Settings& settings, run::Interrupts& interrupts, run::Progress& progress);

}  // namespace harness::cli
