#pragma once

#include <cstdint>

#include "vm/ir/block.h"

namespace vm::ir {

// A block made by chance, for comparing what passes and compilers make of a block with the block itself: one
// that verifies, of up to about a hundred nodes of every kind, unsimplified. It runs in any random_world.
// Rounding to nearest with ties away does not occur. A seed makes the same block everywhere.
Block random_block(std::uint64_t seed);

}  // namespace vm::ir
