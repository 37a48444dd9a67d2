#include "suites/common/flags.h"

#include <cctype>

namespace suites::common {
namespace {

// The last --name=value or --name ("" then) of the arguments.
std::optional<std::string> argument(std::span<char* const> arguments, std::string_view name) {
    std::optional<std::string> found;
    for (const std::string_view given : arguments) {
        if (not given.starts_with("--") or not given.substr(2).starts_with(name)) {
            continue;
        }
        const std::string_view rest = given.substr(2 + name.size());
        if (rest.empty()) {
            found = "";
        } else if (rest.front() == '=') {
            found = rest.substr(1);
        }
    }
    return found;
}

std::optional<std::string> value(std::span<char* const> arguments, std::string_view name,
                                 const Environment& environment) {
    if (auto given = argument(arguments, name)) {
        return given;
    }
    std::string variable;
    for (const char c : name) {
        variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    const char* found = environment(variable.c_str());
    return found == nullptr ? std::nullopt : std::optional<std::string>(found);
}

// Google Benchmark's notion of truth: everything but these words.
bool is_true(const std::string& text) {
    for (const std::string_view word :
         {"0", "f", "F", "n", "N", "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}) {
        if (text == word) {
            return false;
        }
    }
    return true;
}

}  // namespace

Flags read_flags(std::span<char* const> arguments, const Environment& environment) {
    Flags flags;
    flags.describe = argument(arguments, "describe").has_value();
    flags.worker = argument(arguments, "worker");
    flags.slowdown = argument(arguments, "worker-slowdown");
    if (const auto given = value(arguments, "benchmark_list_tests", environment)) {
        flags.list_tests = is_true(*given);
    }
    const auto file = value(arguments, "benchmark_out", environment);
    flags.writes_file = file and not file->empty();
    if (const auto format = value(arguments, "benchmark_out_format", environment)) {
        flags.file_format = *format;
    }
    return flags;
}

}  // namespace suites::common
