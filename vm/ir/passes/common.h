#pragma once

#include "vm/ir/block.h"

namespace vm::ir::passes {

// Common subexpressions: a pure node that computes what an earlier one did takes its value. So does a second
// `get` of a slot, unless a call that writes state stands between them.
void common(Block& block);

}  // namespace vm::ir::passes
