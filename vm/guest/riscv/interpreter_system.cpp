#include "vm/guest/riscv/interpreter_impl.h"
#include "vm/guest/riscv/system_memory.h"

namespace vm::guest::riscv {

template class Interpreter<SystemMemory>;

}  // namespace vm::guest::riscv
