#include "vm/ir/float_format.h"
#include "vm/ir/rules.h"

namespace vm::ir::rules {
namespace {

// Whether the node computes NaNs of which canon makes the canonical one.
bool makes_any_nan(const Block& block, Value value) {
    return value.is_node() and (flags(block.nodes()[value.index()]) & kAnyNan) != 0;
}

// x where the value is only x with another sign.
Value under_sign(const Block& block, Value value) {
    for (const Opcode op : {Opcode::fneg, Opcode::fabs, Opcode::fsgnj}) {
        if (const Node* const node = block.match(value, op)) return node->operands[0];
    }
    return {};
}

// The sign of one on the magnitude of another, as an `or` of both: s.operand(0).
Outcome sign_idiom(Subject& s, const FloatFormat& format) {
    const Node* const joined = s.block.match(s.operand(0), Opcode::or_);
    if (joined == nullptr) return Outcome::kept;
    for (const unsigned k : {0u, 1u}) {
        const Masked rest = masked(s.block, joined->operands[k]);
        const Masked sign = masked(s.block, joined->operands[1 - k]);
        const Value value = bits_source(s.block, rest.source);
        const Value signed_like = bits_source(s.block, sign.source);
        const bool parts = rest.mask == format.sign - 1 and sign.mask == format.sign;
        if (parts and not value.is_none() and not signed_like.is_none()) {
            return s.change(Opcode::fsgnj, value, signed_like);
        }
    }
    return Outcome::kept;
}

}  // namespace

Value bits_source(const Block& block, Value value) {
    const Node* const node = block.match(value, Opcode::bits);
    return node != nullptr ? node->operands[0] : Value{};
}

// A NaN's other bits do not matter to arithmetic as long as it stays quiet, so only what looks at bits pays
// for making NaNs canonical.
Outcome float_arithmetic(Subject& s) {
    Outcome outcome = Outcome::kept;
    for (std::size_t k = 0; k < operand_count(s.node); ++k) {
        const Node* const made = s.block.match(s.operand(k), Opcode::canon);
        if (made != nullptr and makes_any_nan(s.block, made->operands[0])) {
            s.node.operands[k] = made->operands[0];
            outcome = Outcome::changed;
        }
    }
    return outcome;
}

Outcome canon(Subject& s) {
    const Value a = s.operand(0);
    for (const Opcode op :
         {Opcode::canon, Opcode::fmin, Opcode::fmax, Opcode::signed_to_float, Opcode::unsigned_to_float}) {
        if (s.block.match(a, op) != nullptr) return s.replace(a);
    }
    return Outcome::kept;
}

Outcome float_sign(Subject& s) {
    const Value a = s.operand(0);
    const Node* const negated = s.block.match(a, Opcode::fneg);
    if (s.node.op == Opcode::fneg)
        return negated != nullptr ? s.replace(negated->operands[0]) : Outcome::kept;
    if (s.node.op == Opcode::fabs and s.block.match(a, Opcode::fabs) != nullptr) return s.replace(a);
    if (s.node.op == Opcode::fsgnj) {
        if (a == s.operand(1)) return s.replace(a);
        const Node* const opposite = s.block.match(s.operand(1), Opcode::fneg);
        if (opposite != nullptr and opposite->operands[0] == a) return s.change(Opcode::fneg, a);
    }
    const Value magnitude = under_sign(s.block, a);
    return magnitude.is_none() ? Outcome::kept : s.change(s.node.op, magnitude, s.operand(1));
}

Outcome unbox(Subject& s) {
    const Node* const boxed = s.block.match(s.operand(0), Opcode::box);
    return boxed != nullptr ? s.replace(boxed->operands[0]) : Outcome::kept;
}

Outcome bits(Subject& s) {
    const Node* const made = s.block.match(s.operand(0), Opcode::float_);
    return made != nullptr ? s.replace(made->operands[0]) : Outcome::kept;
}

Outcome float_(Subject& s) {
    const Value a = s.operand(0);
    const FloatFormat format = float_format(s.node.type);
    if (const Value same = bits_source(s.block, a); not same.is_none()) return s.replace(same);
    const Node* const flipped = s.match_constant(a, Opcode::xor_);
    if (flipped != nullptr and s.constant(flipped->operands[1]) == format.sign) {
        const Value value = bits_source(s.block, flipped->operands[0]);
        if (not value.is_none()) return s.change(Opcode::fneg, value);
    }
    if (const Masked cleared = masked(s.block, a); cleared.mask == format.sign - 1) {
        const Value value = bits_source(s.block, cleared.source);
        if (not value.is_none()) return s.change(Opcode::fabs, value);
    }
    return sign_idiom(s, format);
}

}  // namespace vm::ir::rules
