#include "vm/ir/rules.h"

namespace vm::ir::rules {
namespace {

// Constants that the address adds go into the offset, as far as hosts have room for it there.
Outcome address(Subject& s) {
    const Value base = s.operand(0);
    if (base.is_constant()) {
        if (s.node.imm == 0) return Outcome::kept;
        s.node.operands[0] = s.block.constant(Type::i64, s.constant(base) + s.node.imm);
        s.node.imm = 0;
        return Outcome::changed;
    }
    const Node* const sum = s.match_constant(base, Opcode::add);
    if (sum == nullptr) return Outcome::kept;
    const std::uint64_t both = s.node.imm + s.constant(sum->operands[1]);
    if (not fits_offset(both)) return Outcome::kept;
    s.node.operands[0] = sum->operands[0];
    s.node.imm = both;
    return Outcome::changed;
}

}  // namespace

Outcome access(Subject& s) {
    const Outcome outcome = address(s);
    if (s.node.op != Opcode::store) return outcome;
    const Node* const taken = s.block.match(s.operand(1), Opcode::bits);
    if (taken == nullptr or 8 * size_of(mem_kind(s.node)) != width(s.block.type(s.operand(1))))
        return outcome;
    s.node.operands[1] = taken->operands[0];
    return Outcome::changed;
}

}  // namespace vm::ir::rules
