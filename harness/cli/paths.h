#pragma once

#include <string>

namespace harness::cli {

// vmbench/vmbench.db in $XDG_DATA_HOME, or in ~/.local/share.
std::string default_database();

// suites/ beside this program.
std::string default_suite_folder();

// The Python package that writes reports: of the source tree, or share/vmbench/reports of an installation.
// Empty when neither is there.
std::string reports_folder();

}  // namespace harness::cli
