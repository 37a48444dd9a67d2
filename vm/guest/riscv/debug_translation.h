#pragma once

#include <cstdint>
#include <optional>

#include "vm/guest/riscv/csr_file.h"
#include "vm/mem/address.h"
#include "vm/mem/guest_ram.h"

namespace vm::guest::riscv {

// Where the byte lies that a hart finds at an address in its present mode; nothing where no page is mapped.
// The tables are read as they stand now, without a trace of it in A bits or TLBs, and neither they nor PMP
// may forbid anything. The result need not be in RAM.
std::optional<mem::PhysAddr> debug_translate(const mem::GuestRam& ram, const CsrFile& csrs,
                                             std::uint64_t address);

}  // namespace vm::guest::riscv
