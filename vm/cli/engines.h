#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "vm/base/result.h"

namespace vm::cli {

// What guests are, as far as engines differ in what they run.
enum class GuestKind : std::uint8_t { program, machine };

// A way to execute guest code, and what of it this build has.
struct Engine {
    std::string_view name;
    std::string_view summary;
    bool runs_programs;
    bool runs_machines;
};

std::span<const Engine> engines();

// For a list: "available", or what it is not available for.
std::string_view availability(const Engine& engine);

inline constexpr std::string_view kDefaultEngine = "auto";
inline constexpr std::string_view kInterpreter = "interp";
inline constexpr std::string_view kCompiler = "jit";

// The engine of that name; in place of kDefaultEngine the fastest there is for such guests on this host. An
// error, naming those there are, unless it exists and runs such guests in this build.
Result<std::string_view> choose_engine(std::string_view name, GuestKind guest);

}  // namespace vm::cli
