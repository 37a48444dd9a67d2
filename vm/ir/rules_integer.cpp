#include <bit>

#include "vm/ir/known_bits.h"
#include "vm/ir/rules.h"

namespace vm::ir::rules {
namespace {

// 0 - x, as x; none otherwise.
Value negated(const Subject& s, Value value) {
    const Node* const found = s.block.match(value, Opcode::sub);
    return found != nullptr and s.block.is(found->operands[0], 0) ? found->operands[1] : Value{};
}

// (x op c1) op c2, where the operation associates: combine(c1, c2) makes one constant of two.
template <class Combine>
Outcome reassociate(Subject& s, Combine combine) {
    const Node* const inner = s.match_constant(s.operand(0), s.node.op);
    if (inner == nullptr) return Outcome::kept;
    const std::uint64_t both = combine(s.constant(inner->operands[1]), s.constant(s.operand(1)));
    return s.change_to(s.node.op, inner->operands[0], both);
}

// Of a sign extension of the low bits.
Masked sign_extended_part(const Block& block, Value value) {
    const Node* const byte = block.match(value, Opcode::sext8);
    const Node* const node = byte != nullptr ? byte : block.match(value, Opcode::sext16);
    if (node == nullptr or block.type(node->operands[0]) != node->type) return {};
    return {node->operands[0], byte != nullptr ? std::uint64_t{0xff} : std::uint64_t{0xffff}};
}

Outcome and_constant(Subject& s, std::uint64_t kept) {
    const Value a = s.operand(0);
    if (kept == s.ones()) return s.replace(a);
    const std::uint64_t possible = possible_bits(s.block, a);
    if ((possible & kept) == 0) return s.replace_by(0);
    if ((possible & ~kept) == 0) return s.replace(a);
    if (const Masked inner = masked(s.block, a); not inner.source.is_none()) {
        return s.change_to(Opcode::and_, inner.source, inner.mask & kept);
    }
    const Masked extended = sign_extended_part(s.block, a);
    if (not extended.source.is_none() and (kept & ~extended.mask) == 0) {
        return s.change_to(Opcode::and_, extended.source, kept);
    }
    const Node* const shifted = s.match_constant(a, Opcode::shr);
    if (shifted != nullptr and std::has_single_bit(kept + 1)) {
        const unsigned first = s.amount(shifted->operands[1]);
        return s.change_to_field(shifted->operands[0], first, static_cast<unsigned>(std::countr_one(kept)));
    }
    if (kept == 0xff) return s.change(Opcode::zext8, a);
    if (kept == 0xffff) return s.change(Opcode::zext16, a);
    return Outcome::kept;
}

// What sign injection spells: both halves of one value, or one of them complemented.
Outcome or_of_masked(Subject& s) {
    for (const unsigned k : {0u, 1u}) {
        const Masked one = masked(s.block, s.operand(k));
        const Masked other = masked(s.block, s.operand(1 - k));
        if (one.source.is_none() or other.source.is_none()) return Outcome::kept;
        if (one.source == other.source) return s.change_to(Opcode::and_, one.source, one.mask | other.mask);
        if (s.complemented(other.source) == one.source and (one.mask ^ other.mask) == s.ones()) {
            return s.change_to(Opcode::xor_, one.source, other.mask);
        }
    }
    return Outcome::kept;
}

// One of the operands complements x: the operation that does so itself, with the other operand first.
Outcome absorb_complement(Subject& s, Opcode op) {
    for (const unsigned k : {1u, 0u}) {
        const Value source = s.complemented(s.operand(k));
        if (not source.is_none()) return s.change(op, s.operand(1 - k), source);
    }
    return Outcome::kept;
}

Outcome divide_by_constant(Subject& s, std::uint64_t divisor) {
    const Value a = s.operand(0);
    const bool power = std::has_single_bit(divisor);
    switch (s.node.op) {
        case Opcode::divu:
            if (divisor == 0) return s.replace_by(s.ones());
            return power ? s.change_to(Opcode::shr, a, static_cast<unsigned>(std::countr_zero(divisor)))
                         : Outcome::kept;
        case Opcode::remu:
            if (divisor == 0) return s.replace(a);
            return power ? s.change_to(Opcode::and_, a, divisor - 1) : Outcome::kept;
        case Opcode::divs:
            if (divisor == 0) return s.replace_by(s.ones());
            if (divisor == 1) return s.replace(a);
            return divisor == s.ones() ? s.change(Opcode::sub, s.block.constant(s.node.type, 0), a)
                                       : Outcome::kept;
        default:
            if (divisor == 0) return s.replace(a);
            return divisor == 1 or divisor == s.ones() ? s.replace_by(0) : Outcome::kept;
    }
}

}  // namespace

Masked masked(const Block& block, Value value) {
    if (not value.is_node()) return {};
    const Node& node = block.nodes()[value.index()];
    if (block.type(node.operands[0]) != node.type) return {};
    switch (node.op) {
        case Opcode::and_:
            if (not node.operands[1].is_constant()) return {};
            return {node.operands[0], block.bits(node.operands[1])};
        case Opcode::zext8:
            return {node.operands[0], 0xff};
        case Opcode::zext16:
            return {node.operands[0], 0xffff};
        default:
            return {};
    }
}

Outcome add(Subject& s) {
    const Value a = s.operand(0);
    const Value b = s.operand(1);
    if (b.is_constant()) {
        if (s.block.is(b, 0)) return s.replace(a);
        return reassociate(s, [](std::uint64_t x, std::uint64_t y) { return x + y; });
    }
    for (const unsigned k : {0u, 1u}) {
        const Value other = s.operand(1 - k);
        const Node* const difference = s.block.match(s.operand(k), Opcode::sub);
        if (difference != nullptr and difference->operands[1] == other)
            return s.replace(difference->operands[0]);
        const Value opposite = negated(s, s.operand(k));
        if (not opposite.is_none()) return s.change(Opcode::sub, other, opposite);
    }
    return rotate_idiom(s);
}

Outcome sub(Subject& s) {
    const Value a = s.operand(0);
    const Value b = s.operand(1);
    if (b.is_constant()) return s.change_to(Opcode::add, a, 0 - s.constant(b));
    if (a == b) return s.replace_by(0);
    if (const Node* const sum = s.block.match(a, Opcode::add)) {
        if (sum->operands[0] == b) return s.replace(sum->operands[1]);
        if (sum->operands[1] == b) return s.replace(sum->operands[0]);
    }
    const Value opposite = negated(s, b);
    return opposite.is_none() ? Outcome::kept : s.change(Opcode::add, a, opposite);
}

Outcome and_(Subject& s) {
    if (s.operand(1).is_constant()) return and_constant(s, s.constant(s.operand(1)));
    if (s.operand(0) == s.operand(1)) return s.replace(s.operand(0));
    return absorb_complement(s, Opcode::andn);
}

Outcome or_(Subject& s) {
    const Value a = s.operand(0);
    const Value b = s.operand(1);
    if (b.is_constant()) {
        if (s.block.is(b, 0)) return s.replace(a);
        if (s.block.is(b, s.ones())) return s.replace(b);
        return reassociate(s, [](std::uint64_t x, std::uint64_t y) { return x | y; });
    }
    if (a == b) return s.replace(a);
    if (const Outcome outcome = or_of_masked(s); outcome != Outcome::kept) return outcome;
    if (const Outcome outcome = absorb_complement(s, Opcode::orn); outcome != Outcome::kept) return outcome;
    return rotate_idiom(s);
}

Outcome xor_(Subject& s) {
    const Value a = s.operand(0);
    const Value b = s.operand(1);
    if (b.is_constant()) {
        if (s.block.is(b, 0)) return s.replace(a);
        if (s.block.is(b, 1) and a.is_node() and is_comparison(s.block.nodes()[a.index()].op)) {
            const Node compared = s.block.nodes()[a.index()];
            return s.change(comparison(opposite(condition_of(compared.op))), compared.operands[0],
                            compared.operands[1]);
        }
        return reassociate(s, [](std::uint64_t x, std::uint64_t y) { return x ^ y; });
    }
    if (a == b) return s.replace_by(0);
    for (const unsigned k : {0u, 1u}) {
        const Masked part = masked(s.block, s.operand(k));
        if (not part.source.is_none() and part.source == s.operand(1 - k)) {
            return s.change_to(Opcode::and_, part.source, ~part.mask);
        }
    }
    if (const Outcome outcome = absorb_complement(s, Opcode::xnor); outcome != Outcome::kept) return outcome;
    return rotate_idiom(s);
}

Outcome andn(Subject& s) {
    const Value a = s.operand(0);
    const Value b = s.operand(1);
    if (b.is_constant()) return s.change_to(Opcode::and_, a, ~s.constant(b));
    if (a == b or s.block.is(a, 0)) return s.replace_by(0);
    const Value source = s.complemented(b);
    return source.is_none() ? Outcome::kept : s.change(Opcode::and_, a, source);
}

Outcome orn(Subject& s) {
    const Value a = s.operand(0);
    const Value b = s.operand(1);
    if (b.is_constant()) return s.change_to(Opcode::or_, a, ~s.constant(b));
    if (a == b) return s.replace_by(s.ones());
    const Value source = s.complemented(b);
    return source.is_none() ? Outcome::kept : s.change(Opcode::or_, a, source);
}

Outcome xnor(Subject& s) {
    const Value a = s.operand(0);
    const Value b = s.operand(1);
    if (b.is_constant()) return s.change_to(Opcode::xor_, a, ~s.constant(b));
    if (a == b) return s.replace_by(s.ones());
    return absorb_complement(s, Opcode::xor_);
}

Outcome multiply(Subject& s) {
    const Value a = s.operand(0);
    if (not s.operand(1).is_constant()) return Outcome::kept;
    const std::uint64_t factor = s.constant(s.operand(1));
    if (factor == 0) return s.replace_by(0);
    if (factor == s.ones()) return s.change(Opcode::sub, s.block.constant(s.node.type, 0), a);
    if (std::has_single_bit(factor)) {
        return s.change_to(Opcode::shl, a, static_cast<unsigned>(std::countr_zero(factor)));
    }
    return reassociate(s, [](std::uint64_t x, std::uint64_t y) { return x * y; });
}

Outcome upper_product(Subject& s) {
    const Value a = s.operand(0);
    if (s.block.is(a, 0)) return s.replace_by(0);
    if (not s.operand(1).is_constant()) return Outcome::kept;
    const std::uint64_t factor = s.constant(s.operand(1));
    if (factor == 0) return s.replace_by(0);
    if (s.node.op != Opcode::mulhu) return factor == 1 ? s.change_to(Opcode::sar, a, 63) : Outcome::kept;
    if (factor == 1) return s.replace_by(0);
    if (not std::has_single_bit(factor)) return Outcome::kept;
    return s.change_to(Opcode::shr, a, 64 - static_cast<unsigned>(std::countr_zero(factor)));
}

// Without the multiplication that gives it along, it is one of its own.
Outcome product_low(Subject& s) {
    for (const Opcode op : {Opcode::mulhu, Opcode::mulhs}) {
        const Node* const upper = s.block.match(s.operand(0), op);
        if (upper != nullptr and has_factors(*upper, s.operand(1), s.operand(2))) return Outcome::kept;
    }
    return s.change(Opcode::mul, s.operand(1), s.operand(2));
}

Outcome divide(Subject& s) {
    if (s.operand(1).is_constant()) return divide_by_constant(s, s.constant(s.operand(1)));
    const bool remainder = s.node.op == Opcode::rems or s.node.op == Opcode::remu;
    return remainder and s.block.is(s.operand(0), 0) ? s.replace_by(0) : Outcome::kept;
}

Outcome minimum_or_maximum(Subject& s) {
    const Value a = s.operand(0);
    const Value b = s.operand(1);
    if (a == b) return s.replace(a);
    if (s.node.op == Opcode::minu and s.block.is(b, 0)) return s.replace(b);
    if (s.node.op == Opcode::maxu and s.block.is(b, 0)) return s.replace(a);
    return Outcome::kept;
}

Outcome bswap(Subject& s) {
    const Node* const swapped = s.block.match(s.operand(0), Opcode::bswap);
    return swapped != nullptr ? s.replace(swapped->operands[0]) : Outcome::kept;
}

}  // namespace vm::ir::rules
