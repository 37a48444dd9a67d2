#pragma once

#include <string>
#include <vector>

#include "harness/judge/noise.h"
#include "harness/judge/values.h"
#include "harness/model/run.h"
#include "harness/model/verdict.h"

namespace harness::judge {

// Why the controls say that these two runs tell nothing about the program; empty when they do not.
std::string void_reason(const Noise& noise);

// What a reader of the verdicts must know, one sentence each.
std::vector<std::string> notes(const model::Comparison& comparison, const std::vector<Measured>& base,
                               const std::vector<Measured>& head, const Noise& noise,
                               const model::RunRecord& run, double threshold);

}  // namespace harness::judge
