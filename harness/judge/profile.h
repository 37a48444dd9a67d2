#pragma once

#include <string>
#include <vector>

#include "harness/model/instructions.h"

namespace harness::judge {

// A function moved when its own instructions changed by more than this share of all: below it lies what a
// process prints, times and counts of other lengths.
inline constexpr double kMovedShare = 0.0005;

// A function's own instructions an iteration. One that a side does not have, or inlines, has none there.
struct FunctionChange {
    std::string function;
    double base = 0;
    double head = 0;
    double share = 0;  // the change as a fraction of all of base's instructions
    bool operator==(const FunctionChange&) const = default;
};

// Where the instructions of a benchmark went.
struct ProfileChange {
    double base = 0;  // instructions an iteration
    double head = 0;
    std::vector<FunctionChange> functions;  // that moved; largest absolute change first, then by name
    double rest = 0;                        // change of all others together, an iteration
    bool operator==(const ProfileChange&) const = default;
};

ProfileChange compare_profiles(const model::Instructions& base, const model::Instructions& head);

}  // namespace harness::judge
