#include "vm/ir/passes/sink.h"

#include <optional>

namespace vm::ir::passes {
namespace {

// The form that makes of the node's operand what `form` makes of the node.
std::optional<Form> form_through(Opcode op, Form form) {
    if (form == Form::box and op == Opcode::canon) return Form::box_canon;
    if (form != Form::whole) return std::nullopt;
    switch (op) {
        case Opcode::sext:
            return Form::sext;
        case Opcode::zext:
            return Form::zext;
        case Opcode::canon:
            return Form::canon;
        case Opcode::box:
            return Form::box;
        default:
            return std::nullopt;
    }
}

// The same write from what its value is made of, if exits can do the rest.
std::optional<Write> step_back(const Block& block, Write write) {
    const Node& node = block.nodes()[write.value.index()];
    const Value constant = node.operands[1];
    if (node.op == Opcode::add and constant.is_constant() and write.form == Form::whole) {
        const std::uint64_t addend = block.bits(constant) + static_cast<std::uint64_t>(write.addend);
        if (node.type != Type::i64 or not node.operands[0].is_node() or not fits_offset(addend)) {
            return std::nullopt;
        }
        write.addend = static_cast<std::int32_t>(addend);
    } else {
        const auto form = form_through(node.op, write.form);
        if (not form) return std::nullopt;
        write.form = *form;
    }
    write.value = node.operands[0];
    return write;
}

// Marks the nodes that are needed on the way: by a node that stays, or by the log in no form of an exit.
// Walks backwards, so that all who could need a node have been seen before it.
class Sink {
  public:
    explicit Sink(Block& block) : block_(block), needed_(block.workspace().marks) {}

    void run() {
        mark_needed();
        for (Write& write : block_.writes()) {
            write = as_far_back(write, [this](std::uint32_t node) { return needed_[node] == 0; });
        }
    }

  private:
    // Past nodes that may be left out.
    template <class MayGo>
    Write as_far_back(Write write, MayGo may_go) const {
        while (write.value.is_node() and may_go(write.value.index())) {
            const auto earlier = step_back(block_, write);
            if (not earlier) break;
            write = *earlier;
        }
        return write;
    }

    void mark_needed() {
        const std::vector<Node>& nodes = block_.nodes();
        needed_.assign(nodes.size(), 0);
        mark_chains();
        for (std::size_t i = nodes.size(); i-- > 0;) {
            if (needed_[i] == 0 and not must_stay(nodes[i])) continue;
            const std::size_t count = most_operands(nodes[i].op);
            for (std::size_t k = 0; k < count; ++k) need(nodes[i].operands[k]);
        }
    }

    // What the log names needs its operands on the way, unless it is of a kind that exits can make.
    void mark_chains() {
        for (const Write& write : block_.writes()) {
            need(as_far_back(write, [](std::uint32_t) { return true; }).value);
        }
    }

    void need(Value value) {
        if (value.is_node()) needed_[value.index()] = 1;
    }

    Block& block_;
    std::vector<std::uint8_t>& needed_;
};

}  // namespace

void sink(Block& block) { Sink(block).run(); }

}  // namespace vm::ir::passes
