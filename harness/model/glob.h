#pragma once

#include <string_view>

namespace harness::model {

// Whether a path ("/" between its parts) matches: "?" is one character and "*" any number of them, neither of
// them "/"; "**" as a whole part is any number of parts, none too ("vm/**" is all below vm, "**/*.h" each
// header). Everything else stands for itself. Takes time in the product of the two lengths at most, whatever
// the pattern.
bool glob_matches(std::string_view glob, std::string_view path);

}  // namespace harness::model
