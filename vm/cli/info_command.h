#pragma once

#include <functional>

#include "vm/cli/command.h"

namespace vm::cli {

std::function<Result<int>()> declare_info(CLI::App& app);

}  // namespace vm::cli
