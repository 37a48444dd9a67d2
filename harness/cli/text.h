#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"

namespace harness::cli {

// Nanoseconds since 1970 (UTC), now.
std::int64_t now_ns();

// "2026-11-21 12:30:05" (UTC)
std::string date_text(std::int64_t ns);

// The first eight characters of an id: enough to name a run.
std::string short_id(const std::string& id);

std::string first_line(std::string_view text);

// The arguments as they could be typed again; those with spaces or quotes in single quotes.
std::string command_line_text(int argc, const char* const* argv);

// "4m", "90s", "1.5h", "500ms": a number and a unit. Above zero, at most a week.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

// Columns as wide as their widest cell, two spaces apart, no trailing spaces; one line a row.
std::string aligned(const std::vector<std::vector<std::string>>& rows);

// "1 run", "2 runs"
std::string counted(std::size_t count, std::string_view noun);

// A line of vmbench's own on standard error. Where that cannot be written nobody is left to be told.
void say(std::string_view line);

Result<std::string> read_file(const std::string& path);

// Writes a file at once or not at all. "-" is standard output.
Result<void> write_output(const std::string& path, std::string_view text);

}  // namespace harness::cli
