#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "vm/ir/type.h"

namespace vm::ir {

// The operations, see opcodes.inc.
enum class Opcode : std::uint8_t {
#define OP(ident, name, signature, layout, flags) ident,
#include "vm/ir/opcodes.inc"
#undef OP
};

// What a node does besides computing its value from its operands. A node without effects is pure.
inline constexpr std::uint16_t kExits = 1;
inline constexpr std::uint16_t kReadsMemory = 2;
inline constexpr std::uint16_t kWritesMemory = 4;
inline constexpr std::uint16_t kReadsState = 8;
inline constexpr std::uint16_t kWritesState = 16;
// Adds to the accrued exceptions of floating point. Such nodes are never deleted, doubled or moved across an
// exit.
inline constexpr std::uint16_t kFloatFlags = 32;
inline constexpr std::uint16_t kEffects =
    kExits | kReadsMemory | kWritesMemory | kReadsState | kWritesState | kFloatFlags;
// What an operation is besides.
inline constexpr std::uint16_t kCommutative = 64;
inline constexpr std::uint16_t kTerminator = 128;
inline constexpr std::uint16_t kAnyNan = 256;
// The low half of the result follows from the low halves of the operands that it is computed from.
inline constexpr std::uint16_t kByHalves = 512;

// What a node holds besides its operands; node.h has a reader for each part.
enum class Layout : std::uint8_t {
    plain,       // nothing
    shift,       // amount
    field,       // first bit and number of bits
    condition,   // Condition
    rounded,     // Rounding
    slot,        // index of the slot
    load,        // MemKind, offset, device flag
    store,       // the same
    fence,       // Fence
    call,        // number of the helper, effects
    branch,      // Condition
    leave_if,    // Condition and Leave
    goto_,       // Jump and a call's return address
    goto_value,  // the same
    leave,       // Leave
    trap,        // the guest's number of the cause
};

// Where the type of a result comes from.
enum class ResultRule : std::uint8_t {
    none,
    said_by_node,
    fixed,
    of_operand,
    integer_of_first,
    float_of_first
};

inline constexpr std::size_t kMaxOperands = 4;

struct OpcodeInfo {
    std::string_view name;
    std::string_view operands;  // the signature's letters, one an operand
    Layout layout;
    std::uint16_t flags;
    ResultRule rule;
    Type fixed;                // of ResultRule::fixed
    std::uint8_t result_from;  // the operand of ResultRule::of_operand
};

namespace detail {

constexpr Type fixed_type(char letter) {
    switch (letter) {
        case 'w':
            return Type::i32;
        case 'q':
            return Type::i64;
        case 's':
            return Type::f32;
        case 'd':
            return Type::f64;
        default:
            return Type::none;
    }
}

constexpr ResultRule result_rule(std::string_view result) {
    if (result.empty()) return ResultRule::none;
    if (result == "*") return ResultRule::said_by_node;
    if (result == "i") return ResultRule::integer_of_first;
    if (result == "f") return ResultRule::float_of_first;
    return fixed_type(result[0]) != Type::none ? ResultRule::fixed : ResultRule::of_operand;
}

constexpr OpcodeInfo make_info(std::string_view name, std::string_view signature, Layout layout,
                               std::uint16_t flags) {
    const std::size_t colon = signature.find(':');
    const std::string_view result = signature.substr(0, colon);
    const std::string_view operands = signature.substr(colon + 1);
    const ResultRule rule = result_rule(result);
    const Type fixed = rule == ResultRule::fixed ? fixed_type(result[0]) : Type::none;
    const std::size_t from = rule == ResultRule::of_operand ? operands.find(result[0]) : 0;
    return {name, operands, layout, flags, rule, fixed, static_cast<std::uint8_t>(from)};
}

}  // namespace detail

inline constexpr OpcodeInfo kOpcodeTable[] = {
#define OP(ident, name, signature, layout, flags) detail::make_info(name, signature, Layout::layout, flags),
#include "vm/ir/opcodes.inc"
#undef OP
};
inline constexpr std::size_t kOpcodes = std::size(kOpcodeTable);

constexpr const OpcodeInfo& info(Opcode op) { return kOpcodeTable[static_cast<std::size_t>(op)]; }

constexpr std::uint16_t flags(Opcode op) { return info(op).flags; }
// A call may have fewer.
constexpr std::size_t most_operands(Opcode op) { return info(op).operands.size(); }

// The type of op's result. `said` is the type that the node names, which only some operations leave to it;
// operand_type(k) is the type of operand k.
template <class OperandType>
constexpr Type result_type(Opcode op, Type said, OperandType operand_type) {
    const OpcodeInfo& line = info(op);
    switch (line.rule) {
        case ResultRule::none:
            return Type::none;
        case ResultRule::said_by_node:
            return said;
        case ResultRule::fixed:
            return line.fixed;
        case ResultRule::of_operand:
            return operand_type(line.result_from);
        case ResultRule::integer_of_first:
            return integer_of(operand_type(0));
        case ResultRule::float_of_first:
            break;
    }
    return float_of(operand_type(0));
}

}  // namespace vm::ir
