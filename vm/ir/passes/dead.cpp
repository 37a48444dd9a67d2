#include "vm/ir/passes/dead.h"

#include "vm/ir/uses.h"

namespace vm::ir::passes {
namespace {

// Marks by index what must stay or is needed by something that does.
void mark_live(const Block& block, std::vector<std::uint8_t>& live) {
    const std::vector<Node>& nodes = block.nodes();
    live.assign(nodes.size(), 0);
    const auto need = [&](Value value) {
        if (value.is_node()) live[value.index()] = 1;
    };
    for (const Write& write : block.writes()) need(write.value);
    for (std::size_t i = nodes.size(); i-- > 0;) {
        const Node& node = nodes[i];
        if (live[i] == 0 and not must_stay(node)) continue;
        live[i] = 1;
        const std::size_t count = most_operands(node.op);
        for (std::size_t k = 0; k < count; ++k) need(node.operands[k]);
    }
}

// Moves live nodes together, over the others.
void close_gaps(Block& block, const std::vector<std::uint8_t>& live, std::vector<Value>& to) {
    std::vector<Node>& nodes = block.nodes();
    to.resize(nodes.size());
    const auto renumber = [&](Value& value) {
        if (value.is_node()) value = to[value.index()];
    };
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (live[i] == 0) continue;
        Node& node = nodes[kept];
        node = nodes[i];
        const std::size_t count = most_operands(node.op);
        for (std::size_t k = 0; k < count; ++k) renumber(node.operands[k]);
        to[i] = Value::node(kept++);
    }
    nodes.resize(kept);
    for (Write& write : block.writes()) renumber(write.value);
}

}  // namespace

void dead(Block& block) {
    drop_unobserved_writes(block);
    Workspace& work = block.workspace();
    mark_live(block, work.marks);
    close_gaps(block, work.marks, work.values);
}

}  // namespace vm::ir::passes
