#include "vm/ir/passes/reassociate.h"

#include <utility>

#include "vm/ir/passes/rewrite.h"

namespace vm::ir::passes {
namespace {

// Of x + c: x, and c as bits.
struct Sum {
    Value rest;
    std::uint64_t constant = 0;
};

class Reassociate {
  public:
    explicit Reassociate(Block& block) : block_(block), rewrite_(block), table_(block.workspace().table) {
        table_.clear();
    }

    void run() {
        for (std::uint32_t i = 0; i < rewrite_.old().size(); ++i) visit(i);
        rewrite_.finish();
    }

  private:
    void visit(std::uint32_t index) {
        const Opcode op = rewrite_.old()[index].op;
        if (op != Opcode::add and op != Opcode::shl and op != Opcode::shift_add) return rewrite_.keep(index);
        const Node node = rewrite_.renumbered(rewrite_.old()[index]);
        if (const Sum outward = outward_sum(node); not outward.rest.is_none()) {
            const Value constant = block_.constant(node.type, outward.constant);
            return rewrite_.improve(index, rewrite_.add(Opcode::add, node.type, outward.rest, constant));
        }
        rewrite_.keep(index);
        note(rewrite_.to(Value::node(index)));
    }

    // What the node computes as the sum of an earlier node and a constant.
    Sum outward_sum(const Node& node) {
        for (const unsigned k : {0u, 1u}) {
            const Value other = node.operands[1 - k];
            const bool amount = node.op == Opcode::shl;
            if (amount ? k != 0 or not other.is_constant() : not other.is_node()) continue;
            const Sum inner = sum(node.operands[k]);
            if (inner.rest.is_none()) continue;
            Node wanted = node;
            wanted.operands[k] = inner.rest;
            const Value earlier = find(wanted);
            if (earlier.is_none()) continue;
            const bool shifted = node.op == Opcode::shift_add and k == 0;
            const std::uint64_t shift = amount    ? block_.bits(other) % width(node.type)
                                        : shifted ? node.imm
                                                  : 0;
            return {earlier, inner.constant << shift};
        }
        return {};
    }

    Sum sum(Value value) const {
        const Node* const found = block_.match(value, Opcode::add);
        if (found == nullptr or not found->operands[1].is_constant()) return {};
        return {found->operands[0], block_.bits(found->operands[1])};
    }

    // Operands of add in either order.
    static std::uint64_t hash(const Node& node) {
        auto first = std::uint64_t{node.operands[0].raw()};
        auto second = std::uint64_t{node.operands[1].raw()};
        if (node.op == Opcode::add and first > second) std::swap(first, second);
        const auto kind = static_cast<std::uint64_t>(node.op) << 32 | static_cast<std::uint64_t>(node.type);
        return mix(mix(kind, first << 32 | second), node.imm);
    }
    auto same_as(const Node& node) const {
        return [this, node](std::uint32_t index) {
            const Node& earlier = block_.nodes()[index];
            if (earlier.op != node.op or earlier.type != node.type or earlier.imm != node.imm) return false;
            const bool crosswise = node.op == Opcode::add and earlier.operands[0] == node.operands[1] and
                                   earlier.operands[1] == node.operands[0];
            return crosswise or
                   (earlier.operands[0] == node.operands[0] and earlier.operands[1] == node.operands[1]);
        };
    }

    // Sums with constants are what is looked through, not what is looked for.
    void note(Value value) {
        if (not value.is_node()) return;
        const Node& node = block_.nodes()[value.index()];
        const bool sum = node.op == Opcode::add and node.operands[0].is_node() and node.operands[1].is_node();
        if (sum or node.op == Opcode::shl or node.op == Opcode::shift_add) {
            (void)table_.find_or_insert(hash(node), value.index(), same_as(node));
        }
    }

    Value find(const Node& node) const {
        const auto found = table_.find(hash(node), same_as(node));
        return found ? Value::node(*found) : Value{};
    }

    Block& block_;
    Rewrite rewrite_;
    IndexTable& table_;
};

}  // namespace

void reassociate(Block& block) { Reassociate(block).run(); }

}  // namespace vm::ir::passes
