#pragma once

#include <cstdint>

#include "vm/ir/block.h"

namespace vm::ir::passes {

// Builds a block's nodes anew from the old ones, in order: for passes that put others in a node's place, or
// none. Old nodes keep their operands' old numbers. New ones are simplified where there is reason to.
class Rewrite {
  public:
    explicit Rewrite(Block& block);

    const std::vector<Node>& old() const { return old_; }
    // What a value of the old nodes is now. Constants stay.
    Value to(Value old) const { return old.is_node() ? to_[old.index()] : old; }
    // The old node over today's values.
    Node renumbered(const Node& old) const;
    // Whether an operand of the old node is made by another operation than it was.
    bool operands_changed(const Node& old) const;

    // Adds the old node, renumbered; simplified if its operands have changed.
    void keep(std::uint32_t old_index);
    // Adds the old node, renumbered and simplified.
    void renew(std::uint32_t old_index);
    // Says what has taken the old node's place.
    void map(std::uint32_t old_index, Value value);
    // The same of a value that whoever uses it can be simplified by.
    void improve(std::uint32_t old_index, Value value);
    // Adds a node over today's values, simplified.
    Value add(Opcode op, Type type, Value a, Value b = {});

    // Renumbers the log. Every value that it names must have a place.
    void finish();

  private:
    Block& block_;
    std::vector<Node>& old_;
    std::vector<Value>& to_;
    std::vector<std::uint8_t>& changed_;
};

}  // namespace vm::ir::passes
