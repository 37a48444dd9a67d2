#include "vm/ir/passes/rewrite.h"

#include "vm/ir/simplify.h"

namespace vm::ir::passes {

Rewrite::Rewrite(Block& block)
    : block_(block),
      old_(block.workspace().nodes),
      to_(block.workspace().values),
      changed_(block.workspace().changed) {
    old_.clear();
    old_.swap(block.nodes());
    to_.assign(old_.size(), Value{});
    changed_.assign(old_.size(), 0);
}

Node Rewrite::renumbered(const Node& old) const {
    Node node = old;
    const std::size_t count = most_operands(node.op);
    for (std::size_t k = 0; k < count; ++k) node.operands[k] = to(node.operands[k]);
    return node;
}

bool Rewrite::operands_changed(const Node& old) const {
    unsigned changed = 0;
    const std::size_t count = most_operands(old.op);
    for (std::size_t k = 0; k < count; ++k) {
        if (old.operands[k].is_node()) changed |= changed_[old.operands[k].index()];
    }
    return changed != 0;
}

void Rewrite::keep(std::uint32_t old_index) {
    const Node& old = old_[old_index];
    if (operands_changed(old)) return renew(old_index);
    to_[old_index] = block_.append(renumbered(old));
}

void Rewrite::renew(std::uint32_t old_index) {
    Node node = renumbered(old_[old_index]);
    map(old_index, emit(block_, node));
}

void Rewrite::map(std::uint32_t old_index, Value value) {
    to_[old_index] = value;
    const Node& old = old_[old_index];
    const Node* const now = block_.match(value, old.op);
    changed_[old_index] = now == nullptr or now->type != old.type ? 1 : 0;
}

void Rewrite::improve(std::uint32_t old_index, Value value) {
    to_[old_index] = value;
    changed_[old_index] = 1;
}

Value Rewrite::add(Opcode op, Type type, Value a, Value b) {
    Node node;
    node.op = op;
    node.type = type;
    node.operands = {a, b};
    return emit(block_, node);
}

void Rewrite::finish() {
    for (Write& write : block_.writes()) write.value = to(write.value);
}

}  // namespace vm::ir::passes
