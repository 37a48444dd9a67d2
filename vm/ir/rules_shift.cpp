#include <algorithm>

#include "vm/ir/known_bits.h"
#include "vm/ir/rules.h"

namespace vm::ir::rules {
namespace {

// Amounts are taken modulo the width, so a mask that keeps those bits is not needed.
Outcome drop_mask_of_amount(Subject& s) {
    const Masked amount = masked(s.block, s.operand(1));
    if (amount.source.is_none() or (amount.mask & (s.bits() - 1)) != s.bits() - 1) return Outcome::kept;
    return s.change(s.node.op, s.operand(0), amount.source);
}

// (x shifted) shifted the same way.
Outcome combine_shifts(Subject& s, unsigned amount) {
    const Node* const inner = s.match_constant(s.operand(0), s.node.op);
    if (inner == nullptr) return Outcome::kept;
    const unsigned both = s.amount(inner->operands[1]) + amount;
    if (both < s.bits()) return s.change_to(s.node.op, inner->operands[0], both);
    if (s.node.op != Opcode::sar) return s.replace_by(0);
    return s.change_to(Opcode::sar, inner->operands[0], s.bits() - 1);
}

// (x << c) >> amount.
Outcome shift_back(Subject& s, unsigned amount) {
    const Node* const left = s.match_constant(s.operand(0), Opcode::shl);
    if (left == nullptr) return Outcome::kept;
    const unsigned c = s.amount(left->operands[1]);
    if (s.node.op == Opcode::shr and c <= amount) {
        return s.change_to_field(left->operands[0], amount - c, s.bits() - amount);
    }
    if (s.node.op != Opcode::sar or c != amount) return Outcome::kept;
    if (c + 8 == s.bits()) return s.change(Opcode::sext8, left->operands[0]);
    if (c + 16 == s.bits()) return s.change(Opcode::sext16, left->operands[0]);
    return Outcome::kept;
}

Outcome shift_by_constant(Subject& s) {
    const Value a = s.operand(0);
    const unsigned amount = s.amount(s.operand(1));
    if (amount == 0) return s.replace(a);
    if (s.constant(s.operand(1)) != amount) return s.change_to(s.node.op, a, amount);
    if (const Outcome outcome = combine_shifts(s, amount); outcome != Outcome::kept) return outcome;
    if (s.node.op == Opcode::shl) return Outcome::kept;
    if (const Outcome outcome = shift_back(s, amount); outcome != Outcome::kept) return outcome;
    const std::uint64_t possible = possible_bits(s.block, a);
    if (possible >> amount == 0) return s.replace_by(0);
    const bool may_be_negative = (possible >> (s.bits() - 1)) != 0;
    return s.node.op == Opcode::sar and not may_be_negative ? s.change_to(Opcode::shr, a, amount)
                                                            : Outcome::kept;
}

// The value itself, of which extending it again changes nothing, in the node's type.
Outcome convert(Subject& s, Value value, bool is_signed_part) {
    const Type type = s.block.type(value);
    if (type == s.node.type) return s.replace(value);
    if (s.node.type == Type::i32) return s.change(Opcode::low, value);
    return s.change(is_signed_part ? Opcode::sext : Opcode::zext, value);
}

// Whether the amount is 0 - other, modulo the width.
bool opposes(const Subject& s, Value amount, Value other) {
    const Node* const difference = s.block.match(amount, Opcode::sub);
    return difference != nullptr and difference->operands[0].is_constant() and
           s.amount(difference->operands[0]) == 0 and difference->operands[1] == other;
}

}  // namespace

Outcome shift(Subject& s) {
    if (s.operand(1).is_constant()) return shift_by_constant(s);
    const Value a = s.operand(0);
    if (s.block.is(a, 0)) return s.replace(a);
    if (s.node.op == Opcode::sar and s.block.is(a, s.ones())) return s.replace(a);
    return drop_mask_of_amount(s);
}

Outcome rotate(Subject& s) {
    const Value a = s.operand(0);
    if (s.block.is(a, 0) or s.block.is(a, s.ones())) return s.replace(a);
    if (not s.operand(1).is_constant()) return drop_mask_of_amount(s);
    const unsigned amount = s.amount(s.operand(1));
    if (amount == 0) return s.replace(a);
    if (s.node.op == Opcode::rotl) return s.change_to(Opcode::rotr, a, s.bits() - amount);
    if (s.constant(s.operand(1)) != amount) return s.change_to(Opcode::rotr, a, amount);
    const Node* const inner = s.match_constant(a, Opcode::rotr);
    if (inner == nullptr) return Outcome::kept;
    return s.change_to(Opcode::rotr, inner->operands[0], s.amount(inner->operands[1]) + amount);
}

// Guests without a rotate instruction write one so. By a variable amount only `or` will do: when the amount
// is 0 both shifts give x itself.
Outcome rotate_idiom(Subject& s) {
    const Node* left = s.block.match(s.operand(0), Opcode::shl);
    const Node* right = s.block.match(s.operand(1), Opcode::shr);
    if (left == nullptr and right == nullptr) {
        left = s.block.match(s.operand(1), Opcode::shl);
        right = s.block.match(s.operand(0), Opcode::shr);
    }
    if (left == nullptr or right == nullptr or left->operands[0] != right->operands[0]) return Outcome::kept;
    const Value by_left = left->operands[1];
    const Value by_right = right->operands[1];
    if (by_left.is_constant() and by_right.is_constant()) {
        if (s.amount(by_left) + s.amount(by_right) != s.bits()) return Outcome::kept;
        return s.change(Opcode::rotr, right->operands[0], by_right);
    }
    if (s.node.op != Opcode::or_) return Outcome::kept;
    if (opposes(s, by_right, by_left)) return s.change(Opcode::rotl, left->operands[0], by_left);
    if (opposes(s, by_left, by_right)) return s.change(Opcode::rotr, right->operands[0], by_right);
    return Outcome::kept;
}

Outcome shift_add(Subject& s) {
    const Value a = s.operand(0);
    const Value b = s.operand(1);
    const unsigned amount = shift_amount(s.node);
    if (a.is_constant()) return s.change_to(Opcode::add, b, s.constant(a) << amount);
    return s.block.is(b, 0) ? s.change_to(Opcode::shl, a, amount) : Outcome::kept;
}

Outcome extract(Subject& s) {
    const Value a = s.operand(0);
    const unsigned first = field_first(s.node);
    const unsigned count = field_count(s.node);
    if ((possible_bits(s.block, a) >> first & low_ones(count)) == 0) return s.replace_by(0);
    if (const Node* const outer = s.block.match(a, Opcode::extract)) {
        const unsigned left = std::min(count, field_count(*outer) - std::min(first, field_count(*outer)));
        return s.change_to_field(outer->operands[0], field_first(*outer) + first, left);
    }
    if (const Node* const shifted = s.match_constant(a, Opcode::shr)) {
        const unsigned from = s.amount(shifted->operands[1]) + first;
        if (from < s.bits())
            return s.change_to_field(shifted->operands[0], from, std::min(count, s.bits() - from));
    }
    if (first + count == s.bits()) return s.change_to(Opcode::shr, a, first);
    if (first != 0) return Outcome::kept;
    if (count == 8) return s.change(Opcode::zext8, a);
    if (count == 16) return s.change(Opcode::zext16, a);
    return count < 32 ? s.change_to(Opcode::and_, a, low_ones(count)) : Outcome::kept;
}

// sext8, sext16, zext8 and zext16: of the low part of the operand, whatever extension or mask lies above it.
Outcome extend_part(Subject& s) {
    const Value a = s.operand(0);
    const bool is_signed_part = s.node.op == Opcode::sext8 or s.node.op == Opcode::sext16;
    const unsigned part = s.node.op == Opcode::sext8 or s.node.op == Opcode::zext8 ? 8 : 16;
    const bool extended =
        is_signed_part ? is_sign_extended(s.block, a, part) : possible_bits(s.block, a) <= low_ones(part);
    if (extended) return convert(s, a, is_signed_part);
    const Masked inner = masked(s.block, a);
    if (not inner.source.is_none() and (inner.mask & low_ones(part)) == low_ones(part)) {
        return s.change(s.node.op, inner.source);
    }
    for (const Opcode op : {Opcode::low, Opcode::sext, Opcode::zext, Opcode::sext16, Opcode::zext16}) {
        if (const Node* const wider = s.block.match(a, op)) return s.change(s.node.op, wider->operands[0]);
    }
    for (const Opcode op : {Opcode::sext8, Opcode::zext8}) {
        const Node* const byte = part == 8 ? s.block.match(a, op) : nullptr;
        if (byte != nullptr) return s.change(s.node.op, byte->operands[0]);
    }
    return Outcome::kept;
}

Outcome sext(Subject& s) {
    const Value a = s.operand(0);
    const Node* const cut = s.block.match(a, Opcode::low);
    if (cut != nullptr and is_sign_extended(s.block, cut->operands[0], 32)) {
        return s.replace(cut->operands[0]);
    }
    // Of what is not negative both extensions are the same, and hosts zero-extend for nothing.
    if (possible_bits(s.block, a) >> 31 == 0) return s.change(Opcode::zext, a);
    for (const Opcode op : {Opcode::sext8, Opcode::sext16}) {
        if (const Node* const part = s.block.match(a, op)) return s.change(op, part->operands[0]);
    }
    return Outcome::kept;
}

Outcome zext(Subject& s) {
    const Node* const cut = s.block.match(s.operand(0), Opcode::low);
    if (cut == nullptr or possible_bits(s.block, cut->operands[0]) >> 32 != 0) return Outcome::kept;
    return s.replace(cut->operands[0]);
}

Outcome low(Subject& s) {
    const Value a = s.operand(0);
    for (const Opcode op : {Opcode::sext, Opcode::zext}) {
        if (const Node* const extended = s.block.match(a, op)) return s.replace(extended->operands[0]);
    }
    for (const Opcode op : {Opcode::sext8, Opcode::sext16, Opcode::zext8, Opcode::zext16}) {
        if (const Node* const part = s.block.match(a, op)) return s.change(op, part->operands[0]);
    }
    const Node* const taken = s.block.match(a, Opcode::bits);
    const Node* const boxed = taken != nullptr ? s.block.match(taken->operands[0], Opcode::box) : nullptr;
    return boxed != nullptr ? s.change(Opcode::bits, boxed->operands[0]) : Outcome::kept;
}

}  // namespace vm::ir::rules
