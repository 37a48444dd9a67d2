#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vm/base/elf_file.h"
#include "vm/base/result.h"
#include "vm/user/address_space.h"

namespace vm::user {

// Where a program came to lie; what the auxiliary vector tells it.
struct LoadedProgram {
    std::uint64_t entry = 0;
    std::uint64_t program_headers = 0;  // guest address, 0 when no segment holds them
    std::uint64_t program_header_count = 0;
    std::uint64_t end = 0;  // first address behind the image: the program break starts there
};

// Where the loader of a dynamic program came to lie (its "interpreter"): it runs first.
struct LoadedInterpreter {
    std::uint64_t entry = 0;
    std::uint64_t base = 0;  // what was added to its addresses
};

// The path of the loader that a dynamically linked program names; nothing for a static one.
Result<std::optional<std::string>> interpreter_of(const ElfFile& program, const std::string& path);

// Maps a program (fixed or position-independent) from its file, copy on write and page by page as it is
// touched. `path` is the file that was parsed.
Result<LoadedProgram> load_program(AddressSpace& memory, const ElfFile& program, const std::string& path);

// Maps a loader where nothing is yet. After the program.
Result<LoadedInterpreter> load_interpreter(AddressSpace& memory, const ElfFile& interpreter,
                                           const std::string& path);

}  // namespace vm::user
