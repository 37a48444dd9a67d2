#include "vm/guest/riscv/interpreter_impl.h"
#include "vm/guest/riscv/user_memory.h"

namespace vm::guest::riscv {

template class Interpreter<UserMemory>;

}  // namespace vm::guest::riscv
