#pragma once

#include <vector>

#include "suites/common/case.h"

namespace suites::tlb {

// The groups of the table, each in the file of its name.
std::vector<common::Case> hit_cases();
std::vector<common::Case> refill_cases();
std::vector<common::Case> walk_cases();
std::vector<common::Case> pattern_cases();
std::vector<common::Case> flush_cases();
std::vector<common::Case> shared_cases();

}  // namespace suites::tlb
