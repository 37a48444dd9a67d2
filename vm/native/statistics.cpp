#include "vm/native/statistics.h"

#include <algorithm>
#include <chrono>
#include <string>

#include <fmt/format.h>

namespace vm::native {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string percentage(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? "none" : fmt::format("{:.2f} %", 100 * ratio(part, whole));
}

// A block is entered by C++, by an exit that is linked, or by a jump that was looked up and found.
std::string rates(const jit::Counts& counts, const HotBlocks::Totals& totals) {
    const std::uint64_t found = totals.look_ups - std::min(totals.look_ups, counts.jump_misses);
    const std::uint64_t linked = totals.entries - std::min(totals.entries, counts.runs + found);
    return fmt::format(
        "{} blocks entered, {} times by C++; of exits that can be linked {} led on by themselves, "
        "of {} jumps looked up {} were found",
        totals.entries, counts.runs, percentage(linked, linked + counts.unlinked), totals.look_ups,
        percentage(found, totals.look_ups));
}

}  // namespace

std::vector<std::string> compiler_statistics(const jit::Counts& counts, std::uint64_t instructions,
                                             const HotBlocks::Totals& totals,
                                             std::span<const HotBlock> hottest, const SymbolTable& symbols) {
    std::vector<std::string> lines = {
        fmt::format("compiled {} blocks of {} instructions in {:.3f} ms to {} bytes of host code, {:.1f} an "
                    "instruction; {} refused, {} attempts failed",
                    counts.compiled, counts.guest_instructions,
                    std::chrono::duration<double, std::milli>(counts.compile_time).count(), counts.host_bytes,
                    ratio(counts.host_bytes, counts.guest_instructions), counts.refused, counts.failed),
        fmt::format("{} exits linked, {} jumps not found in the jump cache, {} operations served by "
                    "C++, {} accesses faulted; {} blocks found compiled, {} were overwritten, {} made room",
                    counts.links, counts.jump_misses, counts.served, counts.faults, counts.found,
                    counts.invalidated, counts.evicted)};
    if (totals.entries != 0) lines.push_back(rates(counts, totals));
    if (not hottest.empty()) {
        lines.emplace_back("hottest blocks: entries x instructions that ran of the block's, share of all");
    }
    for (const HotBlock& block : hottest) {
        const std::string symbol = symbols.name(block.pc);
        lines.push_back(fmt::format("{:>12} x {:.1f} of {:<3} {:5.1f} %  {:#x}{}", block.entries,
                                    ratio(block.retired, block.entries), block.instructions,
                                    100 * ratio(block.retired, instructions), block.pc,
                                    symbol.empty() ? "" : " <" + symbol + ">"));
    }
    return lines;
}

}  // namespace vm::native
