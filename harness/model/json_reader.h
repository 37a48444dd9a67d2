#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "harness/model/result.h"

namespace harness::model {

// Parses text; the error says at which byte it stops being JSON.
Result<nlohmann::json> parse_json(std::string_view text, std::string_view origin);

// Reads the members of one JSON object and remembers the first thing wrong, so that a parser reads as a list
// of its members and asks once at its end. After a complaint every member reads as its fallback.
class JsonReader {
  public:
    // where: "file.json", then "file.json: cases[3]" and so on; it starts each complaint.
    JsonReader(const nlohmann::json& value, std::string where);

    bool has(std::string_view key) const;

    // Required, and optional when a fallback is given. Text has no control characters.
    std::string text(std::string_view key);
    std::string text(std::string_view key, std::string fallback);
    double number(std::string_view key);
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t fallback);

    // An array of texts; missing reads as empty.
    std::vector<std::string> texts(std::string_view key);

    // Shows an object to visit, unless it is missing.
    void object(std::string_view key, const std::function<void(JsonReader&)>& visit);

    // Shows each element of an array of objects to visit; missing reads as empty.
    void objects(std::string_view key, const std::function<void(JsonReader&)>& visit);

    // Notes something wrong with a member's meaning: "WHERE: MESSAGE".
    void complain(std::string_view message);

    // Takes over what parsing a text gave, or its complaint: "WHERE: MESSAGE".
    template <class T>
    T take(Result<T> result, T fallback) {
        if (result) return *std::move(result);
        complain(result.error().message);
        return fallback;
    }

    const std::optional<Error>& error() const { return error_; }

  private:
    const nlohmann::json* find(std::string_view key) const;
    const nlohmann::json* require(std::string_view key);
    std::string checked_text(const nlohmann::json& value, std::string_view key);

    const nlohmann::json& value_;
    std::string where_;
    std::optional<Error> error_;
};

}  // namespace harness::model
