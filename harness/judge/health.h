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
    double stolen = 0;             // share of the processor time that the hypervisor gave to others
    double context_switches = 0;   // involuntary ones a second of the workers
    double clock_step_ns = 0;      // of the clock that decides
    double shortest_slice_ns = 0;  // of those that count
};

// Beyond these a run is void. Limits rather than corrections: a verdict that needs excuses convinces nobody.
struct HealthLimits {
    double control_alpha = 0.01;         // chance that a healthy run's controls alarm, all together
    double rejection_alpha = 0.001;      // of the exact test for equal rates on both sides, and
    double rejection_difference = 0.05;  // the rates' difference that matters: disturbances come in bursts
    double stolen = 0.10;
    double context_switches = 500;
    double clock_share = 0.001;  // of the shortest slice
};

// The chance that the two sides of one rate differ by as much or more, two-sided, given the total. (Fisher's
// exact test 1934, by doubling the smaller tail) 1 when a side has no slices.
double rejection_p(const Rejections& base, const Rejections& head);

// Why the run says nothing about the program, reasons joined by "; "; empty when it is sound. A control
// alarms when its pairs lie beyond its minimum effect on either side, by the exact signed-rank test with
// Holm's correction over the controls.
std::string void_reason(const RunHealth& health, const HealthLimits& limits);

}  // namespace harness::judge
