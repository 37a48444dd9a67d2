#pragma once

#include "vm/base/result.h"
#include "vm/ir/block.h"

namespace vm::ir {

// Whether the block keeps every rule that those who read it rely on: types, order of definitions, slots,
// frames, one end. The error names the node and what is wrong with it.
Result<void> verify(const Block& block);

}  // namespace vm::ir
