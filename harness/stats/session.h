#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace harness::stats {

// How much whole sessions of the same program differ.
struct SessionSpread {
    double deviation = 0;      // standard deviation of one session
    std::size_t sessions = 0;  // that had another one of the same program beside them
    std::size_t degrees = 0;   // degrees of freedom: sessions less programs
    bool operator==(const SessionSpread&) const = default;
};

// From one value per session (the logarithm of its median), grouped by program. Gini's mean difference within
// groups, scaled to the standard deviation of normal data: at five sessions far steadier than a median
// absolute deviation, and less carried away by one bad session than the root of squares. Groups of one
// session say nothing.
SessionSpread session_spread(std::span<const std::vector<double>> groups);

// Moves an estimate from few sessions towards what is typical of its neighbours, as if `prior_degrees` more
// degrees of freedom had shown `typical`: by luck alone, some of two hundred spreads from five sessions are
// close to zero. (Smyth 2004, with the prior's weight given.)
double moderated(const SessionSpread& own, double typical, double prior_degrees);

}  // namespace harness::stats
