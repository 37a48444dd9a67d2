#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace harness::model {

// How two cases differ whose ids have all components but one in common: sort/jit and sort/native are `sort`,
// by `jit` and by `native`.
struct Contrast {
    std::string shared;  // the id without that component
    std::string own;
    std::string other;
    bool operator==(const Contrast&) const = default;
};

// Nothing when the ids differ in more components, in none, or in number, and when there is only one.
std::optional<Contrast> contrast(std::string_view id, std::string_view other);

}  // namespace harness::model
