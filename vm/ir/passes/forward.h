#pragma once

#include "vm/ir/block.h"

namespace vm::ir::passes {

// Loads whose bytes an earlier load or store of the same address expression had in hand take them from there.
// Nothing is known any more behind a fence, a call with effects, an access that may be a device's, or a store
// that may have met the same bytes; nor behind a load that is made, which may have ordered a later one by a
// dependency that has been simplified away. (Unpriv. 17.1, rule 9) Stores stay: other threads see them.
void forward(Block& block);

}  // namespace vm::ir::passes
