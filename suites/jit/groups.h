#pragma once

#include <filesystem>
#include <vector>

#include "suites/common/case.h"

namespace suites::jit {

// The groups of the table, each in the file of its name; `folder` has the guest programs.
std::vector<common::Case> compile_cases(const std::filesystem::path& folder);
std::vector<common::Case> cache_cases(const std::filesystem::path& folder);
std::vector<common::Case> kernel_cases(const std::filesystem::path& folder);
std::vector<common::Case> chase_cases(const std::filesystem::path& folder);

}  // namespace suites::jit
