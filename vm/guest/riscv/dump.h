#pragma once

#include <string>

#include "vm/guest/riscv/hart.h"

namespace vm::guest::riscv {

// pc, fcsr and all registers by their calling-convention names, four to a line, each line ended.
std::string register_dump(const Hart& hart);

}  // namespace vm::guest::riscv
