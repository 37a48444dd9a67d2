#include "vm/cli/engines.h"

#include <algorithm>
#include <array>
#include <string>

namespace vm::cli {
namespace {

constexpr std::array kEngines{
    Engine{"interp", "interpreter", true},
    Engine{"jit", "just-in-time compiler", false},
    Engine{"kvm", "hardware virtualisation", false},
};

std::string available_names() {
    std::string names;
    for (const Engine& engine : kEngines) {
        if (engine.available) {
            names += names.empty() ? "" : ", ";
            names += engine.name;
        }
    }
    return names;
}

}  // namespace

std::span<const Engine> engines() { return kEngines; }

Result<void> require_engine(std::string_view name) {
    const auto found = std::find_if(kEngines.begin(), kEngines.end(),
                                    [&](const Engine& engine) { return engine.name == name; });
    if (found == kEngines.end()) {
        return fail("there is no engine '{}'; available: {}", name, available_names());
    }
    if (not found->available) {
        return fail("engine '{}' is not available in this build; available: {}", name, available_names());
    }
    return {};
}

}  // namespace vm::cli
