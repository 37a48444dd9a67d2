#pragma once

#include <string>
#include <vector>

#include "harness/cli/command.h"

namespace harness::cli {

// Runs the Python package that writes reports on this store. It fills a folder beside the place and renames
// it when it is whole. Its standard output is ours.
Result<void> run_report_program(const Globals& globals, const std::string& output,
                                const std::vector<std::string>& arguments);

}  // namespace harness::cli
