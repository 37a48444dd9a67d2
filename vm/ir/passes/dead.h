#pragma once

#include "vm/ir/block.h"

namespace vm::ir::passes {

// Removes writes that no exit shows and nodes that neither a node that stays nor an exit needs, and closes
// the gaps.
void dead(Block& block);

}  // namespace vm::ir::passes
