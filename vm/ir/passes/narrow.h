#pragma once

#include "vm/ir/block.h"

namespace vm::ir::passes {

// Makes 64-bit operations 32-bit ones where nobody looks at the upper half, or where it only extends the
// lower one: then the extension moves behind the operation, and vanishes where the next one does not look
// either. Writes that no exit shows and nodes that nobody needs are left out, as they would look at whole
// values.
void narrow(Block& block);

}  // namespace vm::ir::passes
