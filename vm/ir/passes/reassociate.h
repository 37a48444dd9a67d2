#pragma once

#include "vm/ir/block.h"

namespace vm::ir::passes {

// Moves constants that are added outward where the rest has been computed already: (x + c) << k becomes
// (x << k) + (c << k), and a + (x + c) becomes (a + x) + c. Rounds of a loop that index an array then differ
// by a constant, which goes into the offset of their accesses. (Strength reduction of induction variables;
// Cooper, Simpson, Vick, Operator Strength Reduction, TOPLAS 23(5), 2001)
void reassociate(Block& block);

}  // namespace vm::ir::passes
