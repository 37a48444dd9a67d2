#pragma once

#include <span>
#include <string_view>

#include "vm/base/result.h"

namespace vm::cli {

// A way to execute guest code.
struct Engine {
    std::string_view name;
    std::string_view summary;
    bool available;
};

std::span<const Engine> engines();

// An error, naming those there are, unless the engine exists and is available in this build.
Result<void> require_engine(std::string_view name);

inline constexpr std::string_view kDefaultEngine = "interp";

}  // namespace vm::cli
