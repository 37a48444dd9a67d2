#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/judge/paired.h"

namespace harness::judge {

// Pairs of two processes of the base: whatever they differ by is the measurement's fault.
struct ControlPairs {
    std::string benchmark;
    std::vector<double> values;  // log(second / first), one a pair
    double minimum_effect = kSmallestMinimumEffect;
};

// Slices of one side: how many there were, and how many were dropped because the canary beside them was
// disturbed.
struct Rejections {
    std::size_t slices = 0;
    std::size_t dropped = 0;
};

// What a run tells of its own conditions. What was not measured stays at 0.
struct RunHealth {
    std::vector<ControlPairs> controls;
    Rejections base;
    Rejections head;
    double stolen_seconds = 0;     // of processor time that the hypervisor gave to others, while pairs took
    double watched_seconds = 0;    // so long
    double interruptions = 0;      // involuntary context switches of the workers, while their slices took
    double sliced_seconds = 0;     // so long
    double clock_step_ns = 0;      // of the clock that decides
    double shortest_slice_ns = 0;  // of those that count
};

// Beyond these a run is void. Limits rather than corrections: a verdict that needs excuses convinces nobody.
struct HealthLimits {
    double control_alpha = 0.01;         // chance that a healthy run's controls alarm, all together
    double rejection_alpha = 0.001;      // of the exact test for equal rates on both sides, and
    double rejection_difference = 0.05;  // the rates' difference that matters: disturbances come in bursts
    double stolen = 0.10;                // of the time watched
    double interruptions = 500;          // a second
    double fewest_seconds = 1;   // a share or a rate of less time is chance: the counter of stolen time
                                 // has steps of 10 ms (proc(5), /proc/stat)
    double clock_share = 0.001;  // of the shortest slice
};

// The chance that the two sides of one rate differ by as much or more, two-sided, given the total. (Fisher's
// exact test 1934, by doubling the smaller tail) 1 when a side has no slices.
double rejection_p(const Rejections& base, const Rejections& head);

// What is wrong with a run; each text is a list joined by "; ", empty when nothing is.
struct Complaints {
    std::string void_reason;  // why it says nothing about the program
    std::string note;         // what its reader must know
    bool operator==(const Complaints&) const = default;
};

// A control alarms when its pairs lie beyond its minimum effect on either side, by the exact signed-rank test
// with Holm's correction over the controls.
Complaints complaints(const RunHealth& health, const HealthLimits& limits, BadConditions bad_conditions);

}  // namespace harness::judge
