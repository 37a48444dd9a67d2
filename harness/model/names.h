#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "harness/model/result.h"

namespace harness::model {

// The words for an enumeration, in one table: written by name_of, read back by value_of.
template <class T>
using Name = std::pair<T, std::string_view>;

template <class T>
std::string_view name_of(std::span<const Name<T>> names, T value) {
    for (const auto& [known, name] : names) {
        if (known == value) return name;
    }
    return "?";
}

// what: "direction", for the message.
template <class T>
Result<T> value_of(std::span<const Name<T>> names, std::string_view what, std::string_view text) {
    std::string choices;
    for (const auto& [value, name] : names) {
        if (name == text) return value;
        choices += choices.empty() ? "" : ", ";
        choices += name;
    }
    return fail("unknown {} '{}' (known: {})", what, text, choices);
}

}  // namespace harness::model
