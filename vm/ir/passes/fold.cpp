#include "vm/ir/passes/fold.h"

#include <algorithm>

#include "vm/ir/compute.h"
#include "vm/ir/passes/rewrite.h"

namespace vm::ir::passes {
namespace {

bool always_taken(const Block& block, const Node& node) {
    if (node.op != Opcode::branch and node.op != Opcode::leave_if) return false;
    const Value a = node.operands[0];
    const Value b = node.operands[1];
    return a.is_constant() and b.is_constant() and
           holds(condition(node), block.type(a), block.bits(a), block.bits(b));
}

// Makes the side exit at the block's end the end.
void end_at_side_exit(Block& block) {
    Node& node = block.nodes().back();
    const bool to_guest = node.op == Opcode::branch;
    node.op = to_guest ? Opcode::goto_ : Opcode::leave;
    node.detail = to_guest ? plain_detail(Jump::plain) : condition_detail(Condition{}, leave_kind(node));
    node.operands = {};
    const std::uint32_t end = block.frames()[node.frame].last;
    block.writes().resize(end);
    for (Frame& frame : block.frames()) {
        frame.first = std::min(frame.first, end);
        frame.last = std::min(frame.last, end);
    }
}

}  // namespace

void fold(Block& block) {
    Rewrite rewrite(block);
    for (std::uint32_t i = 0; i < rewrite.old().size(); ++i) {
        rewrite.renew(i);
        if (not block.nodes().empty() and always_taken(block, block.nodes().back())) {
            end_at_side_exit(block);
            break;
        }
    }
    rewrite.finish();
}

}  // namespace vm::ir::passes
