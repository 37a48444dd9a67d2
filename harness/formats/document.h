#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "harness/model/result.h"

namespace harness::formats {

// A file's text and, where it is JSON, its value. Every complaint about it is one line that names the file,
// the line (from 1) and the field.
class Document {
  public:
    // name starts the complaints: a path, or "-". Bare NaN and Infinity, which Google Benchmark and Python
    // write, are no JSON: they read as null.
    Document(std::string name, std::string_view text);

    const std::string& name() const { return name_; }
    std::string_view text() const { return text_; }

    // Whether it starts as JSON does; json() may be null all the same, when it goes wrong later.
    bool claims_json() const;
    const nlohmann::json* json() const { return json_ ? &*json_ : nullptr; }

    // Where the JSON goes wrong.
    Error json_error() const;

    // The line on which the value at this path begins; that of the nearest value around it when there is
    // none.
    std::size_t line_of(const nlohmann::json::json_pointer& path) const;

    // "FILE:LINE: MESSAGE"
    Error error_at(std::size_t line, std::string_view message) const;

  private:
    std::string name_;
    std::string text_;
    std::optional<nlohmann::json> json_;
    std::size_t error_line_ = 0;
};

}  // namespace harness::formats
