#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vm/base/symbol_table.h"
#include "vm/jit/code_observer.h"

namespace vm::native {

// The instructions that a block was made of, one a line: those that it completes at its end, each as often as
// it goes round a loop, and the one before which it leaves for the interpreter, if one ends it.
struct GuestCode {
    std::vector<std::string> lines;
    std::uint64_t end = 0;  // behind the last
};
GuestCode guest_code(const jit::Compilation& from);

// What tools of the host know a block as: "rv:0x10234", with its symbol "rv:0x10234:main+0x4".
std::string block_name(std::uint64_t pc, const SymbolTable& symbols);

}  // namespace vm::native
