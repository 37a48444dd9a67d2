#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"

namespace harness::formats {

// One record of a CSV file.
struct CsvRow {
    std::size_t line = 1;  // on which it starts
    std::vector<std::string> fields;
};

// RFC 4180 with lines that may end in a bare newline; empty lines are left out. The error is "LINE: MESSAGE"
// apart, so that the caller names the file.
struct CsvError {
    std::size_t line = 1;
    std::string message;
};
tl::expected<std::vector<CsvRow>, CsvError> parse_csv(std::string_view text);

}  // namespace harness::formats
