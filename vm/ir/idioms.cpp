#include "vm/ir/idioms.h"

#include "vm/base/bits.h"
#include "vm/ir/float_format.h"
#include "vm/ir/rules.h"
#include "vm/ir/simplify.h"

namespace vm::ir {
namespace {

using rules::Masked;
using rules::Subject;

// Nodes that were matched before one of these are no longer to be looked at: adding moves them.
Value make(Block& block, Opcode op, Type type, Value a, Value b = {}) {
    Node node;
    node.op = op;
    node.type = type;
    node.operands = {a, b};
    return emit(block, node);
}
Value low(Block& block, Value value) { return make(block, Opcode::low, Type::i32, value); }
Value zext(Block& block, Value value) { return make(block, Opcode::zext, Type::i64, value); }

// The low `count` bits of x, extended, where hosts do that in one; none for other counts.
Value extended_part(const Subject& s, Value x, unsigned count, bool with_sign) {
    const Type type = s.node.type;
    if (count == 8) return make(s.block, with_sign ? Opcode::sext8 : Opcode::zext8, type, x);
    if (count == 16) return make(s.block, with_sign ? Opcode::sext16 : Opcode::zext16, type, x);
    if (count != 32 or type != Type::i64) return {};
    return make(s.block, with_sign ? Opcode::sext : Opcode::zext, type, low(s.block, x));
}

// slli and srli or srai by different amounts: some low bits of x, extended and then shifted.
Value shift_back(const Subject& s) {
    const Node* const left = s.match_constant(s.operand(0), Opcode::shl);
    if (left == nullptr or not s.operand(1).is_constant()) return {};
    const unsigned up = s.amount(left->operands[1]);
    const unsigned down = s.amount(s.operand(1));
    const Value part = extended_part(s, left->operands[0], s.bits() - up, s.node.op == Opcode::sar);
    if (part.is_none() or down == up) return part;
    const bool is_left = down < up;
    const Value rest = s.block.constant(s.node.type, is_left ? up - down : down - up);
    return make(s.block, is_left ? Opcode::shl : s.node.op, s.node.type, part, rest);
}

// rev8 and a shift by 32: the word's own bytes swapped.
Value swapped_word(const Subject& s) {
    const Node* const swapped = s.block.match(s.operand(0), Opcode::bswap);
    if (swapped == nullptr or not s.block.is(s.operand(1), 32)) return {};
    const Value word = make(s.block, Opcode::bswap, Type::i32, low(s.block, swapped->operands[0]));
    return make(s.block, s.node.op == Opcode::shr ? Opcode::zext : Opcode::sext, Type::i64, word);
}

// clz of a zero-extended word counts 32 zeros that are not the word's own.
Value leading_zeros_of_word(const Subject& s) {
    const Node* const count = s.block.match(s.operand(0), Opcode::clz);
    if (count == nullptr or not s.block.is(s.operand(1), as_unsigned(-32))) return {};
    const Node* const word = s.block.match(count->operands[0], Opcode::zext);
    if (word == nullptr) return {};
    return zext(s.block, make(s.block, Opcode::clz, Type::i32, word->operands[0]));
}

// A one above the word ends the count there.
Value trailing_zeros_of_word(const Subject& s) {
    const Node* const ended = s.match_constant(s.operand(0), Opcode::or_);
    if (ended == nullptr or not s.block.is(ended->operands[1], std::uint64_t{1} << 32)) return {};
    return zext(s.block, make(s.block, Opcode::ctz, Type::i32, low(s.block, ended->operands[0])));
}

Value population_of_word(const Subject& s) {
    const Node* const word = s.block.match(s.operand(0), Opcode::zext);
    if (word == nullptr) return {};
    return zext(s.block, make(s.block, Opcode::popcnt, Type::i32, word->operands[0]));
}

// The magnitude of one under the opposite of another's sign.
Value negated_sign(const Subject& s) {
    const Node* const joined = s.block.match(s.operand(0), Opcode::or_);
    if (joined == nullptr) return {};
    const FloatFormat format = float_format(s.node.type);
    for (const unsigned k : {0u, 1u}) {
        const Masked rest = rules::masked(s.block, joined->operands[k]);
        const Masked sign = rules::masked(s.block, joined->operands[1 - k]);
        if (rest.mask != format.sign - 1 or sign.mask != format.sign) continue;
        const Value value = rules::bits_source(s.block, rest.source);
        const Value other = rules::bits_source(s.block, s.complemented(sign.source));
        if (value.is_none() or other.is_none()) continue;
        const Value opposite = make(s.block, Opcode::fneg, s.node.type, other);
        return make(s.block, Opcode::fsgnj, s.node.type, value, opposite);
    }
    return {};
}

}  // namespace

Value expand_idiom(Block& block, Node& node) {
    const Subject s{block, node};
    const bool whole = node.type == Type::i64;
    switch (node.op) {
        case Opcode::shr:
        case Opcode::sar: {
            const Value shifted = shift_back(s);
            return shifted.is_none() and whole ? swapped_word(s) : shifted;
        }
        case Opcode::and_:
            if (not whole or not block.is(node.operands[1], mask(Type::i32))) return {};
            return zext(block, low(block, node.operands[0]));
        case Opcode::extract:
            if (not whole or field_first(node) != 0 or field_count(node) != 32) return {};
            return zext(block, low(block, node.operands[0]));
        case Opcode::add:
            return whole ? leading_zeros_of_word(s) : Value{};
        case Opcode::ctz:
            return whole ? trailing_zeros_of_word(s) : Value{};
        case Opcode::popcnt:
            return whole ? population_of_word(s) : Value{};
        case Opcode::float_:
            return negated_sign(s);
        default:
            return {};
    }
}

}  // namespace vm::ir
