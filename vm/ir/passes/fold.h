#pragma once

#include "vm/ir/block.h"

namespace vm::ir::passes {

// Simplifies every node again, now that other passes know more of its operands. A side exit that is always
// taken ends the block there.
void fold(Block& block);

}  // namespace vm::ir::passes
