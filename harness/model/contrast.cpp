#include "harness/model/contrast.h"

#include <cstddef>

namespace harness::model {

namespace {

// Takes the first component off the id.
std::string_view take_component(std::string_view& id) {
    const std::size_t end = id.find('/');
    const std::string_view component = id.substr(0, end);
    id.remove_prefix(end == std::string_view::npos ? id.size() : end + 1);
    return component;
}

}  // namespace

std::optional<Contrast> contrast(std::string_view id, std::string_view other) {
    Contrast result;
    int differing = 0;
    while (!id.empty() && !other.empty()) {
        const std::string_view own_component = take_component(id);
        const std::string_view other_component = take_component(other);
        if (own_component == other_component) {
            if (!result.shared.empty()) result.shared += '/';
            result.shared += own_component;
        } else {
            ++differing;
            result.own = own_component;
            result.other = other_component;
        }
    }
    const bool whole = id.empty() && other.empty();
    if (!whole || differing != 1 || result.shared.empty()) return std::nullopt;
    return result;
}

}  // namespace harness::model
