#pragma once

#include <functional>

#include "vm/base/result.h"

namespace CLI {
class App;
}

namespace vm::cli {

// vm conformance DIR: runs a folder of programs that judge themselves, and prints a table.
std::function<Result<int>()> declare_conformance(CLI::App& app);

}  // namespace vm::cli
