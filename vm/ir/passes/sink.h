#pragma once

#include "vm/ir/block.h"

namespace vm::ir::passes {

// Leaves to the exits what only they look at: where a sign or zero extension, a canonical NaN, a box or a sum
// with a constant is made for nothing but the guest's state, the log takes what it is made of and says how
// (Form, Write::addend).
void sink(Block& block);

}  // namespace vm::ir::passes
