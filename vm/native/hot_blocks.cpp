#include "vm/native/hot_blocks.h"

#include <algorithm>
#include <map>

namespace vm::native {

jit::BlockCounter* HotBlocks::counter(std::uint64_t pc) {
    return &counters_.emplace_back(Counter{{}, pc, 0}).counted;
}

void HotBlocks::compiled(const jit::Compilation&, const jit::NativeBlock& block, const jit::Stubs&) {
    const auto counter = std::find_if(counters_.rbegin(), counters_.rend(),
                                      [&](const Counter& each) { return &each.counted == block.counter; });
    if (counter != counters_.rend()) counter->instructions = block.instructions;
}

HotBlocks::Totals HotBlocks::totals() const {
    Totals totals;
    for (const Counter& each : counters_) {
        totals.entries += each.counted.entries;
        totals.look_ups += each.counted.look_ups;
    }
    return totals;
}

std::vector<HotBlock> HotBlocks::hottest(std::size_t most) const {
    std::map<std::uint64_t, HotBlock> by_pc;
    for (const Counter& each : counters_) {
        const jit::BlockCounter& counted = each.counted;
        if (counted.entries == 0) continue;
        HotBlock& block = by_pc[each.pc];
        block = {each.pc, each.instructions, block.entries + counted.entries,
                 block.retired + counted.entries * each.instructions - counted.unretired};
    }
    std::vector<HotBlock> blocks;
    for (const auto& [pc, block] : by_pc) blocks.push_back(block);
    std::stable_sort(blocks.begin(), blocks.end(),
                     [](const HotBlock& a, const HotBlock& b) { return a.retired > b.retired; });
    blocks.resize(std::min(blocks.size(), most));
    return blocks;
}

}  // namespace vm::native
