#include "vm/native/statistics.h"

#include <chrono>

#include <fmt/format.h>

namespace vm::native {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::vector<std::string> compiler_statistics(const jit::Counts& counts, std::uint64_t instructions,
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
