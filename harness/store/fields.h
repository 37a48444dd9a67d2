#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "harness/model/result.h"

namespace harness::store {

// Reads the members of a JSON object that somebody else may have written. The first thing that is wrong is
// kept as the error, and everything read after it is empty: callers read all members and look at ok() once.
class Fields {
  public:
    // what: "a process", for messages.
    Fields(const nlohmann::json& object, std::string what);

    std::string text(const char* key);
    std::string uuid(const char* key);
    std::int64_t integer(const char* key);
    std::int64_t count(const char* key);  // an integer that is not negative
    int small_count(const char* key);     // ... and fits an int
    double real(const char* key);
    bool truth(const char* key);
    const nlohmann::json& list(const char* key);
    const nlohmann::json& object(const char* key);

    // A text that `parse` turns into an enumeration's value.
    template <class T>
    T word(const char* key, Result<T> (*parse)(std::string_view)) {
        const std::string name = text(key);
        if (!ok()) return T{};
        const auto value = parse(name);
        if (!value) refuse(value.error().message);
        return value ? *value : T{};
    }

    void refuse(std::string message);

    bool ok() const { return error_.empty(); }
    tl::unexpected<Error> failure() const { return tl::unexpected(Error{error_}); }

  private:
    const nlohmann::json& member(const char* key, bool (*fits)(const nlohmann::json&), std::string_view kind);

    const nlohmann::json& object_;
    std::string what_;
    std::string error_;
};

}  // namespace harness::store
