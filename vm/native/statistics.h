#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vm/base/symbol_table.h"
#include "vm/jit/counts.h"
#include "vm/native/hot_blocks.h"

namespace vm::native {

// What compilers have done, how their code was run as far as it counted that, and the blocks that were run
// most, of all `instructions` that have retired: lines for people.
std::vector<std::string> compiler_statistics(const jit::Counts& counts, std::uint64_t instructions,
                                             const HotBlocks::Totals& totals,
                                             std::span<const HotBlock> hottest, const SymbolTable& symbols);

}  // namespace vm::native
