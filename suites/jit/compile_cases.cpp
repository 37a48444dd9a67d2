#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "suites/common/guards.h"
#include "suites/jit/groups.h"
#include "suites/jit/real_code.h"
#include "suites/jit/tier_probe.h"
#include "vm/ir/block.h"
#include "vm/ir/passes/optimise.h"

namespace suites::jit {
namespace {

using common::Case;
using common::Direction;

constexpr std::array<std::uint32_t, 6> kSizes = {10, 50, 100, 500, 1000, 5000};
constexpr std::uint32_t kTrace = 100;   // what the interpreter has compiled as one block at most
constexpr std::size_t kDifferent = 64;  // traces that take turns

// Traces that are compiled one after another, around and around.
class Queue {
  public:
    Queue(const std::filesystem::path& folder, std::uint32_t instructions, unsigned level)
        : probe_(folder, level), code_(folder) {
        traces_ = code_.traces(probe_.frontend(), instructions, kDifferent);
        for (auto& trace : traces_) trace.scope = vm::engine::NativeRequest::Scope::none;
    }

    // Whether all of them could be.
    bool compile(std::uint32_t count) {
        bool all = true;
        for (; count != 0; --count) {
            const void* const entry = probe_.compile(traces_[next_]);
            all = all and entry != nullptr;
            next_ = next_ + 1 == traces_.size() ? 0 : next_ + 1;
        }
        return all;
    }
    TierProbe& probe() { return probe_; }

    // What the compiler looks at for each instruction once all passes of the level have run.
    double nodes_per_instruction(unsigned level) {
        vm::ir::Block block;
        std::size_t nodes = 0;
        std::uint32_t instructions = 0;
        for (const auto& trace : traces_) {
            instructions += probe_.frontend().lift(block, trace);
            vm::ir::passes::optimise(block, level);
            nodes += block.nodes().size();
        }
        return static_cast<double>(nodes) / instructions;
    }

  private:
    TierProbe probe_;
    RealCode code_;
    std::vector<vm::engine::NativeRequest> traces_;
    std::size_t next_ = 0;
};

// One iteration compiles `size` instructions: one trace, or several of the longest. Nobody finds a trace that
// was compiled before; the memory for code was written before, so that none of it must be had anew, and the
// oldest code makes room all the time.
void compile(benchmark::State& state, const std::filesystem::path& folder, std::uint32_t size,
             unsigned level) {
    const std::uint32_t traces = std::max(size / kTrace, 1U);
    Queue queue(folder, size / traces, level);
    bool all = true;
    const auto once_around = [&] {
        const TierProbe::Compiled made = queue.probe().compiled();
        return 2 * made.evicted > made.blocks;
    };
    while (all and not once_around()) {
        all = queue.compile(kDifferent);
    }
    const TierProbe::Compiled before = queue.probe().compiled();
    for (auto _ : state) {
        all = queue.compile(traces) and all;
    }
    const TierProbe::Compiled after = queue.probe().compiled();
    const auto iterations = static_cast<std::uint64_t>(state.iterations());
    common::expect_equal(state, "whether all could be compiled", all, true);
    common::expect_equal(state, "number of blocks", after.blocks - before.blocks, iterations * traces);
    common::expect_equal(state, "number of instructions", after.instructions - before.instructions,
                         iterations * size);
    const auto instructions = static_cast<double>(after.instructions - before.instructions);
    state.counters["instructions_per_second"] = benchmark::Counter(instructions, benchmark::Counter::kIsRate);
    state.counters["host_bytes_per_instruction"] =
        static_cast<double>(after.host_bytes - before.host_bytes) / instructions;
    state.counters["nodes_per_instruction"] = queue.nodes_per_instruction(level);
    if (size == kTrace and level == vm::native::Options{}.code.level) {
        state.SetLabel("floor 50 us, goal 15 us");
    }
}

std::string id_of(std::uint32_t size, unsigned level) {
    return fmt::format("compile/{}/level_{}", size, level);
}

Case compile_case(const std::filesystem::path& folder, std::uint32_t size, unsigned level) {
    Case made{.id = id_of(size, level),
              .body = [=](auto& state) { compile(state, folder, size, level); },
              .metrics = {common::time_metric(),
                          {"instructions_per_second", "instructions/s", Direction::higher},
                          {"host_bytes_per_instruction", "B", Direction::lower},
                          {"nodes_per_instruction", "nodes", Direction::lower}},
              .tags = {"jit"}};
    if (size == kTrace or (size == kSizes.back() and level == vm::native::Options{}.code.level)) {
        made.tags.push_back("quick");
    }
    if (size == kSizes.back()) {
        made.targets = {{"time", id_of(kTrace, level), 60}};
    }
    if (level != 0) {
        made.versus = {id_of(size, 0)};
    }
    return made;
}

}  // namespace

std::vector<Case> compile_cases(const std::filesystem::path& folder) {
    std::vector<Case> cases;
    for (const std::uint32_t size : kSizes) {
        for (unsigned level = 0; level <= vm::native::kMaxLevel; ++level) {
            cases.push_back(compile_case(folder, size, level));
        }
    }
    return cases;
}

}  // namespace suites::jit
