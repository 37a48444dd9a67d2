#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "harness/judge/profile.h"
#include "harness/model/result.h"

namespace harness::report {

// Where the instructions of one benchmark moved between two builds.
struct ProfileReport {
    std::string benchmark;
    std::string base;  // as the sides were named
    std::string head;
    judge::ProfileChange change;
    std::size_t limit = 20;  // functions shown, the most moved ones; JSON has all
};

// "terminal", "markdown" or "json".
Result<std::string> render(std::string_view format, const ProfileReport& report);

// "terminal, markdown, json"
std::string profile_format_names();

Result<void> check_profile_format(std::string_view format);

}  // namespace harness::report
