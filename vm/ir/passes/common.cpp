#include "vm/ir/passes/common.h"

#include <utility>

namespace vm::ir::passes {
namespace {

std::uint64_t hash(const Node& node, std::uint64_t epoch) {
    const auto pair = [](Value a, Value b) { return std::uint64_t{a.raw()} << 32 | b.raw(); };
    std::uint64_t result = mix(epoch, static_cast<std::uint64_t>(node.op) << 32 |
                                          static_cast<std::uint64_t>(node.type) << 16 | node.detail);
    result = mix(result, pair(node.operands[0], node.operands[1]));
    result = mix(result, pair(node.operands[2], node.operands[3]));
    return mix(result, node.imm);
}

class Common {
  public:
    explicit Common(Block& block)
        : block_(block), to_(block.workspace().values), table_(block.workspace().table) {}

    void run() {
        to_.assign(block_.nodes().size(), Value{});
        table_.clear();
        for (std::uint32_t i = 0; i < block_.nodes().size(); ++i) visit(block_.nodes()[i], i);
        for (Write& write : block_.writes()) write.value = to(write.value);
    }

  private:
    Value to(Value value) const { return value.is_node() ? to_[value.index()] : value; }

    void visit(Node& node, std::uint32_t index) {
        for (Value& operand : node.operands) operand = to(operand);
        if ((flags(node.op) & kCommutative) != 0 and node.operands[0].raw() > node.operands[1].raw()) {
            std::swap(node.operands[0], node.operands[1]);
        }
        to_[index] = Value::node(index);
        const bool is_get = node.op == Opcode::get;
        if ((is_pure(node) or is_get) and node.op != Opcode::nop) merge(node, index, is_get ? epoch_ : 0);
        if ((flags(node) & kWritesState) != 0) epoch_ = index + std::uint64_t{1};
    }

    void merge(Node& node, std::uint32_t index, std::uint64_t epoch) {
        const std::uint32_t first =
            table_.find_or_insert(hash(node, epoch), index, [&](std::uint32_t earlier) {
                // Gets of different epochs have different hashes, and are told apart by the call between
                // them.
                return block_.nodes()[earlier] == node and (epoch == 0 or earlier >= epoch);
            });
        if (first == index) return;
        to_[index] = Value::node(first);
        node = Node{};
    }

    Block& block_;
    std::vector<Value>& to_;
    IndexTable& table_;
    std::uint64_t epoch_ = 0;  // behind the last call that writes state
};

}  // namespace

void common(Block& block) { Common(block).run(); }

}  // namespace vm::ir::passes
