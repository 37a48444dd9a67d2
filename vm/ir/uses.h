#pragma once

#include <cstdint>
#include <vector>

#include "vm/ir/block.h"

namespace vm::ir {

// Counts by index how often each node's value is asked for, by nodes and by entries of the log.
void count_uses(const Block& block, std::vector<std::uint32_t>& counts);

// Removes entries of the log that no exit and no call shows, as when an instruction overwrites a register
// before the guest's state is looked at.
void drop_unobserved_writes(Block& block);

}  // namespace vm::ir
