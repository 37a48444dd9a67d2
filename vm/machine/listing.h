#pragma once

#include <functional>
#include <string_view>

#include "vm/base/elf_file.h"

namespace vm::machine {

// Disassembles the executable segments of a file, a line at a time: "80000000: 00000297  auipc t0,0x0", and
// before what a symbol names an empty line and "0000000080000000 <_start>:". Addresses are virtual ones.
void list_instructions(const ElfFile& file, const std::function<void(std::string_view)>& print);

}  // namespace vm::machine
