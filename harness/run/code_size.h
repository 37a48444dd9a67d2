#pragma once

#include <cstdint>
#include <filesystem>

#include "harness/model/result.h"

namespace harness::run {

// Bytes of machine code in a program: the sections of an ELF file that are executable and in the file.
// (System V gABI, chapter 4, "Sections") Code that it loads from shared libraries is not its own. An error
// when the file is no ELF file of this machine's word size and byte order, or its section headers are missing
// or lie outside of it.
Result<std::int64_t> code_bytes(const std::filesystem::path& program);

}  // namespace harness::run
