#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "vm/ir/block.h"
#include "vm/jit/edge_abi.h"

namespace vm::jit {

// What compiled code keeps in registers: what nodes make, by index of the node, and behind them what homes
// held when the block was entered or when a call last wrote state (a segment of the block begins there).
using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = std::numeric_limits<ValueId>::max();

// The value in whose register `value` lies: the low half of one is where that is, and nothing need be done
// for it. What lies above the half does not count.
inline ir::Value carrier(const ir::Block& block, ir::Value value) {
    if (not value.is_node()) return value;
    const ir::Node& node = block.nodes()[value.index()];
    return node.op == ir::Opcode::low and node.operands[0].is_node() ? node.operands[0] : value;
}

// How long values are needed, by nodes and by the frames of exits. Values are carriers.
class Liveness {
  public:
    static constexpr std::uint32_t kForever = std::numeric_limits<std::uint32_t>::max();

    void compute(const ir::Block& block, const EdgeAbi& abi);

    static constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();

    // The next node after the one that was passed last that reads the value; kNever where only exits do.
    std::uint32_t next_read(ValueId value) const { return next_read_[value]; }
    // Nodes are passed in their order.
    void pass(std::uint32_t node) {
        for (std::uint32_t k = first_read_[node]; k < first_read_[node + 1]; ++k) {
            next_read_[reads_[k].value] = reads_[k].next;
        }
    }
    // The last node that needs the value, its own when none does.
    std::uint32_t last_use(ValueId value) const { return last_use_[value]; }
    // The value of a node stands for an initial one from here on.
    void merge(std::uint32_t node, ValueId initial) {
        if (last_use_[node] < last_use_[initial]) last_use_[node] = last_use_[initial];
    }
    // The value that stands for what a home held at first.
    ValueId initial(std::uint32_t segment, Home home) const {
        return nodes_ + segment * static_cast<std::uint32_t>(kHomes) + home;
    }
    std::size_t values() const { return last_use_.size(); }
    bool is_initial(ValueId value) const { return value >= nodes_; }
    // The home where the value of a node ends up at the block's end, or none.
    std::optional<Home> destination(std::uint32_t node) const {
        return destination_[node] == kNowhere ? std::nullopt : std::optional<Home>(destination_[node]);
    }
    // The home of a slot, none for those in memory.
    std::optional<Home> home(ir::SlotIndex slot) const {
        return homes_[slot] == kNowhere ? std::nullopt : std::optional<Home>(homes_[slot]);
    }
    // Whether some exit writes the value of a node into a slot.
    bool is_written(std::uint32_t node) const { return written_[node]; }

  private:
    static constexpr Home kNowhere = 0xff;

    // One operand of a node, and which node reads the same value next.
    struct Read {
        ValueId value;
        std::uint32_t next;
    };

    void find_reads(const ir::Block& block);
    void pass_destinations_on(const ir::Block& block);
    void extend(ValueId value, std::uint32_t to) {
        if (last_use_[value] < to or last_use_[value] == kUnused) last_use_[value] = to;
    }
    void show_write(const ir::Block& block, std::uint32_t write, std::int64_t shown_at);
    void overwrite(const ir::Block& block, ir::SlotIndex slot, std::int64_t shown_at);
    void end_segment(const ir::Block& block, const EdgeAbi& abi, std::uint32_t at, bool last);

    static constexpr std::uint32_t kUnused = std::numeric_limits<std::uint32_t>::max() - 1;

    std::uint32_t nodes_ = 0;
    std::uint32_t segment_ = 0;
    std::vector<std::uint32_t> last_use_;
    std::vector<std::uint32_t> next_read_;
    std::vector<Read> reads_;                // by node
    std::vector<std::uint32_t> first_read_;  // by node, and one behind the last
    std::vector<Home> destination_;
    std::vector<Home> homes_;
    std::vector<bool> written_;
    std::vector<std::int64_t> current_;  // by slot: the write that frames show from here on, or -1
};

}  // namespace vm::jit
