#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace suites::common {

// Looks up a variable of the environment; nullptr when it is not set.
using Environment = std::function<const char*(const char*)>;

// The flags that the shared main acts on itself. Google Benchmark parses them too but does not hand them out.
struct Flags {
    bool describe = false;
    bool list_tests = false;
    bool writes_file = false;             // --benchmark_out
    std::string file_format = "json";     // --benchmark_out_format
    std::optional<std::string> worker;    // --worker, the id of a case
    std::optional<std::string> slowdown;  // --worker-slowdown, of worker mode
};

// Reads flags as Google Benchmark does: --NAME=VALUE, --NAME for a boolean, else the variable NAME in
// capitals.
Flags read_flags(std::span<char* const> arguments, const Environment& environment);

}  // namespace suites::common
