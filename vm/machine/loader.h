#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "vm/base/elf_file.h"
#include "vm/base/result.h"
#include "vm/mem/guest_ram.h"

namespace vm::machine {

// Copies the load segments to their physical addresses and zeroes the rest of each. The file must be linked
// for fixed addresses, and every segment must lie inside the RAM. `name` is what messages call the file.
Result<void> load_physical(const ElfFile& file, std::string_view name, mem::GuestRam& ram);

// Where a virtual address of the file is loaded: the physical address of its segment, or itself outside all
// segments.
std::uint64_t physical_address(const ElfFile& file, std::uint64_t virtual_address);

}  // namespace vm::machine
