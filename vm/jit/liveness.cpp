#include "vm/jit/liveness.h"

namespace vm::jit {
namespace {

bool writes_state(const ir::Node& node) {
    return node.op == ir::Opcode::call and (node.detail & ir::kWritesState) != 0;
}

std::uint32_t count_segments(const ir::Block& block) {
    std::uint32_t count = 1;
    for (const ir::Node& node : block.nodes()) count += writes_state(node) ? 1 : 0;
    return count;
}

}  // namespace

// The log is followed from frame to frame: a write is shown by the frames between it and the next one to the
// same slot. `shown_at` is the last node so far that has a frame, or -1.
void Liveness::compute(const ir::Block& block, const EdgeAbi& abi) {
    nodes_ = static_cast<std::uint32_t>(block.nodes().size());
    segment_ = 0;
    last_use_.assign(nodes_ + count_segments(block) * kHomes, kUnused);
    destination_.assign(nodes_, kNowhere);
    written_.assign(nodes_, false);
    current_.assign(block.slots().size(), -1);
    homes_.clear();
    for (const ir::Slot& slot : block.slots()) homes_.push_back(abi.home_of(slot.offset).value_or(kNowhere));

    find_reads(block);

    std::uint32_t log = 0;
    std::int64_t shown_at = -1;
    for (std::uint32_t i = 0; i < nodes_; ++i) {
        const ir::Node& node = block.nodes()[i];
        for (std::uint32_t k = first_read_[i]; k < first_read_[i + 1]; ++k) extend(reads_[k].value, i);
        if (node.op == ir::Opcode::get and homes_[ir::slot_index(node)] != kNowhere) {
            const ValueId held = initial(segment_, homes_[ir::slot_index(node)]);
            extend(held, i);
            next_read_[held] = std::min(next_read_[held], i);
        }
        if (node.frame == ir::kNoFrame) continue;
        for (const ir::Frame& frame = block.frames()[node.frame]; log < frame.last; ++log) {
            overwrite(block, block.writes()[log].slot, shown_at);
            current_[block.writes()[log].slot] = log;
        }
        shown_at = i;
        if (writes_state(node)) end_segment(block, abi, i, false);
    }
    end_segment(block, abi, nodes_ - 1, true);
    for (std::uint32_t value = 0; value < last_use_.size(); ++value) {
        if (last_use_[value] == kUnused) last_use_[value] = value < nodes_ ? value : 0;
    }
    pass_destinations_on(block);
}

// What is computed in place of an operand that dies there ends up where that is.
void Liveness::pass_destinations_on(const ir::Block& block) {
    for (std::uint32_t i = nodes_; i-- > 0;) {
        const ir::Node& node = block.nodes()[i];
        if (destination_[i] == kNowhere or node.op == ir::Opcode::load) continue;
        const auto dies = [&](ir::Value operand) {
            return operand.is_node() and last_use_[operand.index()] == i and
                   ir::is_float(block.type(operand)) == ir::is_float(node.type);
        };
        ir::Value operand = carrier(block, node.operands[0]);
        const bool commutes = (ir::flags(node.op) & ir::kCommutative) != 0;
        if (commutes and not dies(operand)) operand = carrier(block, node.operands[1]);
        if (not dies(operand)) continue;
        Home& home = destination_[operand.index()];
        if (home == kNowhere) home = destination_[i];
    }
}

void Liveness::find_reads(const ir::Block& block) {
    reads_.clear();
    first_read_.assign(1, 0);
    for (std::uint32_t i = 0; i < nodes_; ++i) {
        const ir::Node& node = block.nodes()[i];
        const bool carried = node.op == ir::Opcode::low and node.operands[0].is_node();
        const std::size_t count = carried ? 0 : ir::operand_count(node);
        for (std::size_t k = 0; k < count; ++k) {
            const ir::Value value = carrier(block, node.operands[k]);
            if (value.is_node()) reads_.push_back({value.index(), kNever});
        }
        first_read_.push_back(static_cast<std::uint32_t>(reads_.size()));
    }
    next_read_.assign(last_use_.size(), kNever);
    for (std::uint32_t i = nodes_; i-- > 0;) {
        for (std::uint32_t k = first_read_[i]; k < first_read_[i + 1]; ++k) {
            reads_[k].next = next_read_[reads_[k].value];
        }
        for (std::uint32_t k = first_read_[i]; k < first_read_[i + 1]; ++k) next_read_[reads_[k].value] = i;
    }
}

// A slot's present value, written or initial, is shown for the last time.
void Liveness::overwrite(const ir::Block& block, ir::SlotIndex slot, std::int64_t shown_at) {
    if (current_[slot] >= 0) {
        show_write(block, static_cast<std::uint32_t>(current_[slot]), shown_at);
    } else if (homes_[slot] != kNowhere and shown_at >= 0) {
        extend(initial(segment_, homes_[slot]), static_cast<std::uint32_t>(shown_at));
    }
}

void Liveness::show_write(const ir::Block& block, std::uint32_t write, std::int64_t shown_at) {
    const ir::Value value = carrier(block, block.writes()[write].value);
    if (not value.is_node()) return;
    written_[value.index()] = true;
    if (shown_at >= 0 and shown_at > value.index()) {
        extend(value.index(), static_cast<std::uint32_t>(shown_at));
    }
}

void Liveness::end_segment(const ir::Block& block, const EdgeAbi& abi, std::uint32_t at, bool last) {
    std::array<bool, kHomes> overwritten{};
    for (std::size_t slot = 0; slot < current_.size(); ++slot) {
        if (current_[slot] < 0) continue;
        const auto write = static_cast<std::uint32_t>(current_[slot]);
        show_write(block, write, at);
        if (homes_[slot] == kNowhere) continue;
        overwritten[homes_[slot]] = true;
        const ir::Value value = carrier(block, block.writes()[write].value);
        if (last and value.is_node()) destination_[value.index()] = homes_[slot];
    }
    for (std::size_t home = 0; home < kHomes; ++home) {
        if (overwritten[home] or not abi.slot_offset(static_cast<Home>(home))) continue;
        extend(initial(segment_, static_cast<Home>(home)), last ? kForever : at);
    }
    current_.assign(current_.size(), -1);
    ++segment_;
}

}  // namespace vm::jit
