#pragma once

#include <filesystem>

#include "suites/common/case.h"

namespace suites::jit {

// The table: what compiling costs, what keeping compiled code costs, and what it gives, with each pass and
// without. `folder` has the guest programs.
common::Suite suite(const std::filesystem::path& folder);

// With those beside the program that is running.
common::Suite suite();

}  // namespace suites::jit
