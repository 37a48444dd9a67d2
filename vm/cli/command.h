#pragma once

#include <functional>
#include <string_view>

#include "vm/base/result.h"
#include "vm/user/budget.h"

namespace CLI {
class App;
}

namespace vm::cli {

// One sub-command of vm.
struct Command {
    std::string_view name;
    std::string_view summary;
    // Declares the arguments on `app`; the result carries the command out once they are parsed, and its value
    // is the exit code. An error of it is bad input: main prints it and exits with kBadInput.
    std::function<Result<int>()> (*declare)(CLI::App& app);
};

// Exit codes of vm itself, beside those of the guest.
inline constexpr int kBadInput = 2;
inline constexpr int kDifference = 123;  // an audit found compiled code to differ from the interpreter
inline constexpr int kInstructionLimit = user::kBudgetSpentCode;
inline constexpr int kStuck = 125;  // the guest can do nothing more, or asked for what vm does not have

}  // namespace vm::cli
