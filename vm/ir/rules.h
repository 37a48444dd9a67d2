#pragma once

#include <cstdint>

#include "vm/ir/block.h"

// The algebra behind simplify(), by kind of operation. Each rule looks at one node and the nodes of its
// operands.
namespace vm::ir::rules {

enum class Outcome : std::uint8_t {
    kept,
    changed,   // the node, in place: simplify looks at it again
    replaced,  // by Subject::replacement
};

// A node that is being simplified.
struct Subject {
    Block& block;
    Node& node;
    Value replacement{};

    Value operand(std::size_t k) const { return node.operands[k]; }
    unsigned bits() const { return width(node.type); }
    std::uint64_t ones() const { return mask(node.type); }
    std::uint64_t constant(Value value) const { return block.bits(value); }
    // The constant's place among the bits of the type, as shifts use it.
    unsigned amount(Value value) const { return static_cast<unsigned>(block.bits(value) & (bits() - 1)); }
    // The node that makes the value if it has that operation and a constant second operand, else nullptr.
    const Node* match_constant(Value value, Opcode op) const {
        const Node* const found = block.match(value, op);
        return found != nullptr and found->operands[1].is_constant() ? found : nullptr;
    }
    // What the value complements: x of an xor of x with all ones; none otherwise.
    Value complemented(Value value) const {
        const Node* const found = match_constant(value, Opcode::xor_);
        const bool complements = found != nullptr and constant(found->operands[1]) == mask(block.type(value));
        return complements ? found->operands[0] : Value{};
    }

    Outcome replace(Value value) {
        replacement = value;
        return Outcome::replaced;
    }
    Outcome replace_by(std::uint64_t bits) { return replace(block.constant(node.type, bits)); }
    Outcome change(Opcode op, Value a, Value b = {}) {
        node.op = op;
        node.detail = 0;
        node.operands = {a, b};
        node.imm = 0;
        return Outcome::changed;
    }
    Outcome change_to(Opcode op, Value a, std::uint64_t bits) {
        return change(op, a, block.constant(node.type, bits));
    }
    Outcome change_to_field(Value a, unsigned first, unsigned count) {
        change(Opcode::extract, a);
        node.detail = field_detail(first, count);
        return Outcome::changed;
    }
};

// A value of which some bits come from another of its type: the others are zeros, or copies of the highest.
struct Masked {
    Value source;
    std::uint64_t mask = 0;
};
// Of an `and` with a constant, or of a zero extension. A source of none where the value is no such thing.
Masked masked(const Block& block, Value value);
// x where the value is the bits of x; none otherwise.
Value bits_source(const Block& block, Value value);

// Integer arithmetic, logic and extensions.
Outcome add(Subject& s);
Outcome sub(Subject& s);
Outcome and_(Subject& s);
Outcome or_(Subject& s);
Outcome xor_(Subject& s);
Outcome andn(Subject& s);
Outcome orn(Subject& s);
Outcome xnor(Subject& s);
Outcome multiply(Subject& s);
Outcome upper_product(Subject& s);
Outcome product_low(Subject& s);
Outcome divide(Subject& s);
Outcome minimum_or_maximum(Subject& s);
Outcome bswap(Subject& s);

// Shifts, rotates and fields.
Outcome shift(Subject& s);
Outcome rotate(Subject& s);
// An or, add or xor of opposite shifts of one value.
Outcome rotate_idiom(Subject& s);
Outcome shift_add(Subject& s);
Outcome extract(Subject& s);
Outcome extend_part(Subject& s);
Outcome sext(Subject& s);
Outcome zext(Subject& s);
Outcome low(Subject& s);

// Relations between integers.
Outcome compare(Subject& s);
Outcome select(Subject& s);
Outcome side_exit(Subject& s);

// Floating point, which is never computed here: that would lose flags.
Outcome float_arithmetic(Subject& s);
Outcome canon(Subject& s);
Outcome float_sign(Subject& s);
Outcome unbox(Subject& s);
Outcome bits(Subject& s);
Outcome float_(Subject& s);

// Loads and stores.
Outcome access(Subject& s);

}  // namespace vm::ir::rules
