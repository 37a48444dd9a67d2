#include "harness/store/fields.h"

#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "harness/store/uuid.h"

namespace harness::store {

namespace {

using Json = nlohmann::json;

const Json kNothing;

bool is_text(const Json& json) { return json.is_string(); }
bool is_number(const Json& json) { return json.is_number(); }
bool is_truth(const Json& json) { return json.is_boolean(); }
bool is_list(const Json& json) { return json.is_array(); }
bool is_object(const Json& json) { return json.is_object(); }

bool is_integer(const Json& json) {
    if (json.is_number_unsigned()) {
        return json.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    }
    return json.is_number_integer();
}

}  // namespace

Fields::Fields(const Json& object, std::string what) : object_(object), what_(std::move(what)) {
    if (!object.is_object()) refuse("is not an object");
}

void Fields::refuse(std::string message) {
    if (ok()) error_ = fmt::format("{}: {}", what_, message);
}

const Json& Fields::member(const char* key, bool (*fits)(const Json&), std::string_view kind) {
    if (!ok()) return kNothing;
    const auto found = object_.find(key);
    if (found == object_.end()) {
        refuse(fmt::format("'{}' is missing", key));
        return kNothing;
    }
    if (!fits(*found)) {
        refuse(fmt::format("'{}' is not {}", key, kind));
        return kNothing;
    }
    return *found;
}

std::string Fields::text(const char* key) {
    const Json& value = member(key, is_text, "text");
    return ok() ? value.get<std::string>() : std::string();
}

std::string Fields::uuid(const char* key) {
    std::string id = text(key);
    if (ok() && !is_uuid(id)) refuse(fmt::format("'{}' is not a UUID", key));
    return id;
}

std::int64_t Fields::integer(const char* key) {
    const Json& value = member(key, is_integer, "an integer");
    return ok() ? value.get<std::int64_t>() : 0;
}

std::int64_t Fields::count(const char* key) {
    const std::int64_t value = integer(key);
    if (value < 0) refuse(fmt::format("'{}' is negative", key));
    return value;
}

int Fields::small_count(const char* key) {
    const std::int64_t value = count(key);
    if (value > std::numeric_limits<int>::max()) refuse(fmt::format("'{}' is too large", key));
    return ok() ? static_cast<int>(value) : 0;
}

double Fields::real(const char* key) {
    const Json& value = member(key, is_number, "a number");
    return ok() ? value.get<double>() : 0;
}

bool Fields::truth(const char* key) {
    const Json& value = member(key, is_truth, "true or false");
    return ok() && value.get<bool>();
}

const Json& Fields::list(const char* key) { return member(key, is_list, "a list"); }

const Json& Fields::object(const char* key) { return member(key, is_object, "an object"); }

}  // namespace harness::store
