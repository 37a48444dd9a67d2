#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vm::cli {

std::string_view version();

// "Release, GCC 12.2.0": what this program was built as and by.
std::string build_description();

// Instruction set extensions of this host that engines can make use of, by the compiler's names.
std::vector<std::string_view> host_features();

}  // namespace vm::cli
