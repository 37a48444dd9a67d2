#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vm/devices/device_tree_node.h"

// For tests: the properties of a node by their names. A property that is missing or of another type gives
// an empty list.
namespace vm::devices {

template <class T>
T property(const DeviceTreeNode& node, std::string_view name) {
    const auto found = std::find_if(node.properties.begin(), node.properties.end(),
                                    [&](const Property& property) { return property.name == name; });
    const T* const value = found == node.properties.end() ? nullptr : std::get_if<T>(&found->value);
    return value == nullptr ? T{} : *value;
}

inline std::vector<std::uint32_t> cells(const DeviceTreeNode& node, std::string_view name) {
    return property<std::vector<std::uint32_t>>(node, name);
}

inline std::vector<std::string> strings(const DeviceTreeNode& node, std::string_view name) {
    return property<std::vector<std::string>>(node, name);
}

inline bool has_empty(const DeviceTreeNode& node, std::string_view name) {
    return std::any_of(node.properties.begin(), node.properties.end(), [&](const Property& property) {
        return property.name == name and std::holds_alternative<std::monostate>(property.value);
    });
}

}  // namespace vm::devices
