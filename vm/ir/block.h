#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "vm/ir/index_table.h"
#include "vm/ir/node.h"

namespace vm::ir {

struct Constant {
    std::uint64_t bits = 0;
    Type type = Type::none;
};

// Arrays that passes use while they run and that keep their storage between them. What they hold afterwards
// means nothing.
struct Workspace {
    std::vector<Node> nodes;
    std::vector<Value> values;
    std::vector<Value> halves;
    std::vector<std::uint32_t> counts;
    std::vector<std::uint32_t> indices;
    std::vector<std::uint8_t> marks;
    std::vector<std::uint8_t> changed;
    IndexTable table;
};

// Straight-line code with one entry and many exits: a basic block, or a trace of several whose side exits
// leave it. Nodes stand in program order; a value is defined before it is used. The guest's state is never
// written on the way: writes are entries of a log, and each exit names the part of the log that makes up the
// state there (Frame). So a write that no exit shows costs nothing, and exact state costs something only
// where a block is left.
//
// One block is reused for many: clear() keeps all storage, and nothing here allocates for a single node.
class Block {
  public:
    // Forgets everything.
    void clear();

    std::vector<Node>& nodes() { return nodes_; }
    const std::vector<Node>& nodes() const { return nodes_; }
    std::vector<Write>& writes() { return writes_; }
    const std::vector<Write>& writes() const { return writes_; }
    std::vector<Frame>& frames() { return frames_; }
    const std::vector<Frame>& frames() const { return frames_; }
    const std::vector<Constant>& constants() const { return constants_; }
    const std::vector<Slot>& slots() const { return slots_; }

    // Adds a node behind the others as it is.
    Value append(const Node& node) {
        nodes_.push_back(node);
        return Value::node(static_cast<std::uint32_t>(nodes_.size() - 1));
    }
    // The one value of these bits and type; bits above the type's width are dropped.
    Value constant(Type type, std::uint64_t bits);
    // The index of the slot at that offset, which is always described alike.
    SlotIndex slot(const Slot& slot);
    // A frame like this one, which may be the one added last.
    FrameIndex frame(const Frame& frame);

    // Of a node's or a constant's value; none has the type none.
    Type type(Value value) const {
        if (value.is_node()) return nodes_[value.index()].type;
        return value.is_none() ? Type::none : constants_[value.index()].type;
    }
    std::uint64_t bits(Value constant) const { return constants_[constant.index()].bits; }
    // Whether the value is the constant of these bits.
    bool is(Value value, std::uint64_t bits) const {
        return value.is_constant() and constants_[value.index()].bits == bits;
    }
    // The node that makes the value, when it has that operation, else nullptr. Good until a node is added.
    const Node* match(Value value, Opcode op) const {
        if (not value.is_node()) return nullptr;
        const Node& node = nodes_[value.index()];
        return node.op == op ? &node : nullptr;
    }
    std::string_view name(SlotIndex slot) const { return slots_[slot].name.data(); }
    // Whether the last node leaves always, so that nothing may follow.
    bool ended() const { return not nodes_.empty() and is_terminator(nodes_.back()); }

    Workspace& workspace() { return workspace_; }

  private:
    std::vector<Node> nodes_;
    std::vector<Write> writes_;
    std::vector<Frame> frames_;
    std::vector<Constant> constants_;
    std::vector<Slot> slots_;
    IndexTable constant_table_;
    IndexTable slot_table_;
    Workspace workspace_;
};

}  // namespace vm::ir
