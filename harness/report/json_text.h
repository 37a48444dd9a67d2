#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace harness::report {

// Members stay in the order in which they were added.
using Json = nlohmann::ordered_json;

// Indented, with a final newline. Bytes that are no UTF-8 (a program's error message may hold any) are
// replaced.
inline std::string dump(const Json& value) {
    return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace harness::report
