#pragma once

#include <functional>
#include <optional>

#include "harness/model/pair.h"
#include "harness/run/interleave.h"
#include "harness/run/interrupts.h"
#include "harness/run/pinning.h"

namespace harness::run {

// Measures a pair with the given canary.
using MeasurePair = std::function<model::Pair(const RunCanary& run_canary)>;

// Has a pair measured with the calling thread on the harness's CPU, and adds what lies around it: placement,
// steal, duration, and that an interrupt ended it. Without a placement nothing is pinned and there is no
// canary.
model::Pair measure_in_place(const std::optional<Placement>& placement, Interrupts& interrupts,
                             const MeasurePair& measure);

}  // namespace harness::run
