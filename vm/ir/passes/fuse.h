#pragma once

#include "vm/ir/block.h"

namespace vm::ir::passes {

// Makes one operation of two where hosts have it: an addition of something shifted by 1 to 3, both halves of
// a product, a load into a floating-point register.
void fuse(Block& block);

}  // namespace vm::ir::passes
