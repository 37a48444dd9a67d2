#include "vm/ir/uses.h"

#include <algorithm>
#include <limits>

namespace vm::ir {
namespace {

constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();

// Marks each write that the frame of some node shows. Frames are ordered, so of those that reach beyond a
// write the first is the one that shows it, or none does.
void mark_observed(const Block& block, Workspace& work) {
    const std::vector<Write>& writes = block.writes();
    std::vector<std::uint32_t>& frames = work.indices;
    frames.clear();
    for (const Node& node : block.nodes()) {
        if (node.frame != kNoFrame) frames.push_back(node.frame);
    }
    std::vector<std::uint32_t>& next_write = work.counts;  // by slot
    next_write.assign(block.slots().size(), kNever);
    work.marks.assign(writes.size(), 0);
    std::size_t beyond = frames.size();
    for (auto i = static_cast<std::uint32_t>(writes.size()); i-- > 0;) {
        while (beyond > 0 and block.frames()[frames[beyond - 1]].last > i) --beyond;
        std::uint32_t& next = next_write[writes[i].slot];
        if (beyond < frames.size()) {
            const Frame& frame = block.frames()[frames[beyond]];
            work.marks[i] = frame.first <= i and frame.last <= next ? 1 : 0;
        }
        next = i;
    }
}

}  // namespace

void count_uses(const Block& block, std::vector<std::uint32_t>& counts) {
    counts.assign(block.nodes().size(), 0);
    const auto count = [&](Value value) {
        if (value.is_node()) ++counts[value.index()];
    };
    for (const Write& write : block.writes()) count(write.value);
    for (const Node& node : block.nodes()) {
        for (std::size_t k = 0; k < most_operands(node.op); ++k) count(node.operands[k]);
    }
}

void drop_unobserved_writes(Block& block) {
    Workspace& work = block.workspace();
    mark_observed(block, work);
    std::vector<Write>& writes = block.writes();
    std::vector<std::uint32_t>& place = work.counts;  // of each entry, and of the log's end
    place.resize(writes.size() + 1);
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        place[i] = kept;
        if (work.marks[i] != 0) writes[kept++] = writes[i];
    }
    place[writes.size()] = kept;
    writes.resize(kept);
    for (Frame& frame : block.frames()) {
        frame.first = place[frame.first];
        frame.last = place[frame.last];
    }
}

}  // namespace vm::ir
