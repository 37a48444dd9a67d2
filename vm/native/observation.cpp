#include "vm/native/observation.h"

#include "vm/native/gdb_jit.h"
#include "vm/native/perf_map.h"
#include "vm/native/statistics.h"

namespace vm::native {

Observation::Observation(const ObservationOptions& options) {
    if (options.dump.ir or options.dump.code) {
        observers_.push_back(std::make_unique<Dump>(options.dump, symbols_, options.sink));
    }
    if (options.perf_map) observers_.push_back(std::make_unique<PerfMap>(symbols_));
    if (options.gdb_jit) observers_.push_back(std::make_unique<GdbJit>(symbols_));
    if (options.count_blocks) {
        auto blocks = std::make_unique<HotBlocks>();
        hot_blocks_ = blocks.get();
        observers_.push_back(std::move(blocks));
    }
}

jit::BlockCounter* Observation::counter(std::uint64_t pc) {
    const auto lock = hold();
    return hot_blocks_ != nullptr ? hot_blocks_->counter(pc) : nullptr;
}

void Observation::stubs_made(const jit::Stubs& stubs, std::uint64_t end) {
    const auto lock = hold();
    for (const auto& each : observers_) each->stubs_made(stubs, end);
}

void Observation::stubs_dropped(const jit::Stubs& stubs) {
    const auto lock = hold();
    for (const auto& each : observers_) each->stubs_dropped(stubs);
}

void Observation::compiled(const jit::Compilation& from, const jit::NativeBlock& block,
                           const jit::Stubs& stubs) {
    const auto lock = hold();
    for (const auto& each : observers_) each->compiled(from, block, stubs);
}

void Observation::failed(const jit::Compilation& from, std::string_view why) {
    const auto lock = hold();
    for (const auto& each : observers_) each->failed(from, why);
}

void Observation::dropped(const jit::NativeBlock& block) {
    const auto lock = hold();
    for (const auto& each : observers_) each->dropped(block);
}

std::vector<std::string> Observation::statistics(const jit::Counts& counts,
                                                 std::uint64_t instructions) const {
    constexpr std::size_t kMost = 10;
    const auto hottest = hot_blocks_ != nullptr ? hot_blocks_->hottest(kMost) : std::vector<HotBlock>();
    const auto totals = hot_blocks_ != nullptr ? hot_blocks_->totals() : HotBlocks::Totals{};
    return compiler_statistics(counts, instructions, totals, hottest, symbols_);
}

}  // namespace vm::native
