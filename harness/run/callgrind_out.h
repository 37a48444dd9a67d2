#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "harness/model/result.h"

namespace harness::run {

// What a file that callgrind wrote says of one process.
struct CallgrindCosts {
    std::string command;      // as the process was started
    std::uint64_t total = 0;  // instructions executed
    // Of these each function's own, without what it calls. Functions without a name are one for each program
    // or library ("??? in libm.so.6").
    std::map<std::string, std::uint64_t> functions;
};

// Reads callgrind.out, version 1 of the format, with compressed names and relative positions as well as
// without, several parts included. (Valgrind manual, "Callgrind Format Specification") The event must be
// among those counted: Ir, instructions read. `name` starts every error message, with the line.
//
// A file that was cut off is an error: its totals are missing, or its functions do not add up to them.
Result<CallgrindCosts> parse_callgrind(std::string_view text, std::string_view name);

}  // namespace harness::run
