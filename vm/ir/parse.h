#pragma once

#include <string_view>

#include "vm/base/result.h"
#include "vm/ir/block.h"

namespace vm::ir {

// The block that print() shows as this text; what it holds is taken as written, nothing folds. Blank lines
// and comments from '#' to the end of a line are skipped. The block keeps all rules of verify(); the error
// says which line or node does not.
Result<Block> parse(std::string_view text);

}  // namespace vm::ir
