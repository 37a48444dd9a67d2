#pragma once

#include "vm/ir/block.h"

namespace vm::ir {

// Makes a node cheaper where constants and algebra allow it without any other new node. Returns the value
// that takes the node's place, if there is one; else none, and `node` is what is left of it, perhaps under
// another operation of the same type. A side exit that is never taken becomes a nop. Operands must have been
// defined already.
Value simplify(Block& block, Node& node);

// Adds what a node computes to the end of the block, simplified; in more than one node where that is cheaper,
// as for what a guest says by several instructions and hosts by one. Returns its value, none for a node
// without one. Simplifies `node` in place on the way.
Value emit(Block& block, Node& node);

}  // namespace vm::ir
