#pragma once

#include <map>
#include <string>

namespace harness::model {

// Instructions that one iteration of a benchmark executes, set-up and start of the program not among them.
// As callgrind counts them (its event Ir, instructions read), so they repeat where times do not.
struct Instructions {
    double per_iteration = 0;
    std::map<std::string, double> functions;  // by name; a function's own, without those of what it calls
    bool operator==(const Instructions&) const = default;
};

}  // namespace harness::model
