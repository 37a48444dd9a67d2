#include "vm/cli/engines.h"

#include <algorithm>
#include <array>
#include <string>

#include "vm/native/native.h"

namespace vm::cli {
namespace {

constexpr std::array kEngines{
    Engine{kDefaultEngine, "the fastest for the guest on this host (default)", true, true},
    Engine{kInterpreter, "interpreter", true, true},
    Engine{kCompiler, "just-in-time compiler", true, true},
    Engine{"kvm", "hardware virtualisation", false, false},
};

bool runs(const Engine& engine, GuestKind guest) {
    return guest == GuestKind::program ? engine.runs_programs : engine.runs_machines;
}

std::string available_names(GuestKind guest) {
    std::string names;
    for (const Engine& engine : kEngines) {
        if (runs(engine, guest)) {
            names += names.empty() ? "" : ", ";
            names += engine.name;
        }
    }
    return names;
}

}  // namespace

std::span<const Engine> engines() { return kEngines; }

std::string_view availability(const Engine& engine) {
    if (engine.name == kCompiler and not native::supported()) {
        return "not available";  // on this CPU
    }
    if (engine.runs_programs == engine.runs_machines) {
        return engine.runs_programs ? "available" : "not available";
    }
    return engine.runs_programs ? "programs only" : "machines only";
}

Result<std::string_view> choose_engine(std::string_view name, GuestKind guest) {
    if (name == kDefaultEngine) {
        return native::supported() ? kCompiler : kInterpreter;
    }
    const auto found = std::find_if(kEngines.begin(), kEngines.end(),
                                    [&](const Engine& engine) { return engine.name == name; });
    if (found == kEngines.end()) {
        return fail("there is no engine '{}'; available: {}", name, available_names(guest));
    }
    if (not runs(*found, guest)) {
        return fail("engine '{}' is not available for {} in this build; available: {}", name,
                    guest == GuestKind::program ? "programs" : "machines", available_names(guest));
    }
    return found->name;
}

}  // namespace vm::cli
