#pragma once

#include "vm/ir/block.h"

namespace vm::ir {

// What guests spell in several instructions and hosts have one for, where saying it takes more than one node:
// adds those and returns the value, or returns none and adds nothing. The node is simplified already.
Value expand_idiom(Block& block, Node& node);

// Whether the operation can be the last of such instructions, which most cannot.
constexpr bool may_end_idiom(Opcode op) {
    switch (op) {
        case Opcode::shr:
        case Opcode::sar:
        case Opcode::and_:
        case Opcode::extract:
        case Opcode::add:
        case Opcode::ctz:
        case Opcode::popcnt:
        case Opcode::float_:
            return true;
        default:
            return false;
    }
}

}  // namespace vm::ir
