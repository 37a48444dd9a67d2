#include "vm/ir/simplify.h"

#include <utility>

#include "vm/ir/compute.h"
#include "vm/ir/idioms.h"
#include "vm/ir/rules.h"

namespace vm::ir {
namespace {

using rules::Outcome;
using rules::Subject;

// Each rule leaves less to do; the bound is for the day when two of them undo one another.
constexpr unsigned kRounds = 16;

// Whether the node only computes, from constants alone. Most have a first operand that is none.
bool is_foldable(const Node& node) {
    if (not node.operands[0].is_constant()) return false;
    for (std::size_t k = 1; k < kMaxOperands; ++k) {
        if (node.operands[k].is_node()) return false;
    }
    return is_pure(node) and node.op != Opcode::call;
}

Value fold(Block& block, const Node& node) {
    OperandBits operands{};
    for (std::size_t k = 0; k < operand_count(node); ++k) operands[k] = block.bits(node.operands[k]);
    return block.constant(node.type, compute(node, block.type(node.operands[0]), operands));
}

// One case for each operation that has rules.
Outcome apply(Subject& s) {
    switch (s.node.op) {
        case Opcode::add:
            return rules::add(s);
        case Opcode::sub:
            return rules::sub(s);
        case Opcode::and_:
            return rules::and_(s);
        case Opcode::or_:
            return rules::or_(s);
        case Opcode::xor_:
            return rules::xor_(s);
        case Opcode::andn:
            return rules::andn(s);
        case Opcode::orn:
            return rules::orn(s);
        case Opcode::xnor:
            return rules::xnor(s);
        case Opcode::shl:
        case Opcode::shr:
        case Opcode::sar:
            return rules::shift(s);
        case Opcode::rotl:
        case Opcode::rotr:
            return rules::rotate(s);
        case Opcode::mul:
            return rules::multiply(s);
        case Opcode::mulhu:
        case Opcode::mulhs:
        case Opcode::mulhsu:
            return rules::upper_product(s);
        case Opcode::product_low:
            return rules::product_low(s);
        case Opcode::divs:
        case Opcode::divu:
        case Opcode::rems:
        case Opcode::remu:
            return rules::divide(s);
        case Opcode::eq:
        case Opcode::ne:
        case Opcode::lts:
        case Opcode::ges:
        case Opcode::ltu:
        case Opcode::geu:
            return rules::compare(s);
        case Opcode::mins:
        case Opcode::maxs:
        case Opcode::minu:
        case Opcode::maxu:
            return rules::minimum_or_maximum(s);
        case Opcode::bswap:
            return rules::bswap(s);
        case Opcode::sext8:
        case Opcode::sext16:
        case Opcode::zext8:
        case Opcode::zext16:
            return rules::extend_part(s);
        case Opcode::sext:
            return rules::sext(s);
        case Opcode::zext:
            return rules::zext(s);
        case Opcode::low:
            return rules::low(s);
        case Opcode::shift_add:
            return rules::shift_add(s);
        case Opcode::extract:
            return rules::extract(s);
        case Opcode::select:
            return rules::select(s);
        case Opcode::canon:
            return rules::canon(s);
        case Opcode::fneg:
        case Opcode::fabs:
        case Opcode::fsgnj:
            return rules::float_sign(s);
        case Opcode::unbox:
            return rules::unbox(s);
        case Opcode::bits:
            return rules::bits(s);
        case Opcode::float_:
            return rules::float_(s);
        case Opcode::load:
        case Opcode::store:
            return rules::access(s);
        case Opcode::branch:
        case Opcode::leave_if:
            return rules::side_exit(s);
        default:
            break;
    }
    const bool looks_at_numbers = s.node.op == Opcode::fclass or (flags(s.node.op) & kFloatFlags) != 0;
    return looks_at_numbers ? rules::float_arithmetic(s) : Outcome::kept;
}

}  // namespace

Value simplify(Block& block, Node& node) {
    Subject subject{block, node};
    for (unsigned rounds = 0; rounds < kRounds; ++rounds) {
        if ((flags(node.op) & kCommutative) != 0 and node.operands[0].raw() > node.operands[1].raw()) {
            std::swap(node.operands[0], node.operands[1]);
        }
        if (is_foldable(node)) return fold(block, node);
        const Outcome outcome = apply(subject);
        if (outcome == Outcome::replaced) return subject.replacement;
        if (outcome == Outcome::kept) break;
    }
    return {};
}

Value emit(Block& block, Node& node) {
    if (const Value known = simplify(block, node); not known.is_none()) return known;
    if (may_end_idiom(node.op)) {
        if (const Value spelled = expand_idiom(block, node); not spelled.is_none()) return spelled;
    }
    if (node.op == Opcode::nop) return {};
    const Value made = block.append(node);
    return node.type != Type::none ? made : Value{};
}

}  // namespace vm::ir
