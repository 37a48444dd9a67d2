#pragma once

#include <array>
#include <cstdint>

#include "vm/ir/node.h"

namespace vm::ir {

// Whether the relation holds between a and b of an integer type.
bool holds(Condition relation, Type type, std::uint64_t a, std::uint64_t b);

using OperandBits = std::array<std::uint64_t, kMaxOperands>;

// What a pure node makes of its operands' bits; operand_type is the type of its first operand. This is the
// meaning of the operations in opcodes.inc, for folding constants and for evaluating blocks.
std::uint64_t compute(const Node& node, Type operand_type, const OperandBits& operands);

}  // namespace vm::ir
