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

// Marks the nodes that are needed on the way: by a node that stays, or by the log in no form of an exit.
// Walks backwards, so that all who could need a node have been seen before it.
class Sink {
  public:
    explicit Sink(Block& block) : block_(block), needed_(block.workspace().marks) {}

    void run() {
        mark_needed();
        for (Write& write : block_.writes()) {
            while (sinks(write.value)) {
                const Node& node = block_.nodes()[write.value.index()];
                const auto form = form_through(node.op, write.form);
                if (not form) break;
                write.form = *form;
                write.value = node.operands[0];
            }
        }
    }

  private:
    bool sinks(Value value) const { return value.is_node() and needed_[value.index()] == 0; }

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
            Value value = write.value;
            Form form = write.form;
            while (value.is_node()) {
                const Node& node = block_.nodes()[value.index()];
                const auto next = form_through(node.op, form);
                if (not next) break;
                form = *next;
                value = node.operands[0];
            }
            need(value);
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
