#pragma once

#include <string>

#include "vm/ir/block.h"

namespace vm::ir {

// The block as text that parse() reads back: slots, then nodes in order, one a line, each named by its index.
// The entries of the log stand before the first exit that shows them. Constants that are no i64 say their
// type.
//
//     slot x10 = i64 80
//     %0 = get i64 x10
//     %1 = add i64 %0, 5
//     %2 = load i64 s32 [%1 + 8] @ pc=0x1000 retired=1
//     x10 <- %2
//     goto @ pc=0x1004 retired=2
std::string print(const Block& block);

// The line of one node, by its index, without its end.
std::string print_node(const Block& block, std::size_t index);

}  // namespace vm::ir
