#pragma once

#include <span>
#include <string>
#include <string_view>

#include "harness/model/result.h"

namespace harness::model {

// "a, b, c": of a table whose entries have a `name` each.
template <class T>
std::string list_names(std::span<const T> table) {
    std::string names;
    for (const T& entry : table) {
        names += names.empty() ? "" : ", ";
        names += entry.name;
    }
    return names;
}

// The entry of that name. what: "format", for the message.
template <class T>
Result<const T*> find_named(std::span<const T> table, std::string_view what, std::string_view name) {
    for (const T& entry : table) {
        if (entry.name == name) return &entry;
    }
    return fail("unknown {} '{}' (known: {})", what, name, list_names(table));
}

}  // namespace harness::model
