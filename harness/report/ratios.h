#pragma once

#include <string>
#include <vector>

#include "harness/judge/ratios.h"

namespace harness::report {

// A table of ratios as text: a line for each row, then the geometric means. Empty cells were not measured or
// asked for.
struct RatioLines {
    std::vector<std::string> head;                // "jit / native", ...; the first column has no name
    std::vector<std::vector<std::string>> lines;  // each as long as the head
};

RatioLines ratio_lines(const judge::RatioTable& table);

// "time, lower is better, with 95 % intervals over the rounds of the run"
std::string ratio_legend(const judge::RatioTable& table);

}  // namespace harness::report
