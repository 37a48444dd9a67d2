#pragma once

#include <string>

#include "harness/judge/noise.h"
#include "harness/judge/values.h"
#include "harness/model/verdict.h"

namespace harness::judge {

// Judges one metric that both sides have in the same definition and unit; benchmark, role and threshold of
// `known` are kept.
model::Verdict decide(model::Verdict known, const Series& base, const Series& head, const Widening& widening,
                      double confidence);

// head / base turned so that above 1 is worse whatever the direction.
model::Effect as_cost(const model::Effect& effect, model::Direction direction);

}  // namespace harness::judge
