#include "harness/model/json_reader.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace harness::model {

namespace {

// Written to terminals and logs, where an escape sequence would act.
bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text, std::string_view origin) {
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        return fail("{}: not valid JSON at byte {}", origin, error.byte);
    } catch (const nlohmann::json::exception&) {
        return fail("{}: not valid JSON: a number is out of range", origin);
    }
}

JsonReader::JsonReader(const nlohmann::json& value, std::string where)
    : value_(value), where_(std::move(where)) {
    if (!value_.is_object()) complain("must be an object");
}

const nlohmann::json* JsonReader::find(std::string_view key) const {
    if (!value_.is_object()) return nullptr;
    const auto found = value_.find(std::string(key));
    return found == value_.end() ? nullptr : &*found;
}

const nlohmann::json* JsonReader::require(std::string_view key) {
    const auto* member = find(key);
    if (member == nullptr) complain(fmt::format("'{}' is missing", key));
    return member;
}

bool JsonReader::has(std::string_view key) const { return find(key) != nullptr; }

void JsonReader::complain(std::string_view message) {
    if (!error_) error_ = Error{fmt::format("{}: {}", where_, message)};
}

std::string JsonReader::checked_text(const nlohmann::json& value, std::string_view key) {
    if (!value.is_string()) {
        complain(fmt::format("'{}' must be text", key));
        return {};
    }
    const auto& text = value.get_ref<const std::string&>();
    if (has_control_character(text)) {
        complain(fmt::format("'{}' must not have control characters", key));
        return {};
    }
    return text;
}

std::string JsonReader::text(std::string_view key) {
    const auto* member = require(key);
    if (member == nullptr) return {};
    std::string text = checked_text(*member, key);
    if (text.empty()) complain(fmt::format("'{}' must not be empty", key));
    return text;
}

std::string JsonReader::text(std::string_view key, std::string fallback) {
    const auto* member = find(key);
    return member == nullptr ? std::move(fallback) : checked_text(*member, key);
}

double JsonReader::number(std::string_view key) {
    const auto* member = require(key);
    if (member == nullptr) return 0;
    if (!member->is_number()) {
        complain(fmt::format("'{}' must be a number", key));
        return 0;
    }
    return member->get<double>();
}

std::int64_t JsonReader::integer(std::string_view key, std::int64_t low, std::int64_t high,
                                 std::int64_t fallback) {
    const auto* member = find(key);
    if (member == nullptr) return fallback;
    // Values above the signed range are stored unsigned; as signed ones they would wrap.
    const bool too_large = member->is_number_unsigned() && member->get<std::uint64_t>() > INT64_MAX;
    if (member->is_number_integer() && !too_large) {
        const auto number = member->get<std::int64_t>();
        if (number >= low && number <= high) return number;
    }
    complain(fmt::format("'{}' must be a whole number from {} to {}", key, low, high));
    return fallback;
}

std::vector<std::string> JsonReader::texts(std::string_view key) {
    std::vector<std::string> texts;
    const auto* member = find(key);
    if (member == nullptr) return texts;
    if (!member->is_array()) {
        complain(fmt::format("'{}' must be an array", key));
        return texts;
    }
    for (const auto& element : *member) texts.push_back(checked_text(element, key));
    return texts;
}

void JsonReader::object(std::string_view key, const std::function<void(JsonReader&)>& visit) {
    const auto* member = find(key);
    if (member == nullptr) return;
    JsonReader reader(*member, fmt::format("{}: {}", where_, key));
    if (!reader.error_) visit(reader);
    if (!error_) error_ = reader.error_;
}

void JsonReader::objects(std::string_view key, const std::function<void(JsonReader&)>& visit) {
    const auto* member = find(key);
    if (member == nullptr) return;
    if (!member->is_array()) return complain(fmt::format("'{}' must be an array", key));
    for (std::size_t i = 0; i < member->size() && !error_; ++i) {
        JsonReader element((*member)[i], fmt::format("{}: {}[{}]", where_, key, i));
        if (!element.error_) visit(element);
        if (!error_) error_ = element.error_;
    }
}

}  // namespace harness::model
