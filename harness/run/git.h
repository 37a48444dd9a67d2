#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/model/result.h"
#include "harness/run/interrupts.h"

namespace harness::run {

// What a git command in `folder` prints, without the last line's end. The error is git's own last line, as
// outside a repository, or that there is no git.
Result<std::string> git(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
                        Interrupts& interrupts);

}  // namespace harness::run
