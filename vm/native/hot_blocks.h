#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "vm/jit/code_observer.h"

namespace vm::native {

// The blocks of one guest address, of all that were compiled there.
struct HotBlock {
    std::uint64_t pc = 0;
    std::uint32_t instructions = 0;  // of the block that was compiled last
    std::uint64_t entries = 0;
    std::uint64_t retired = 0;
};

// Has compiled blocks count.
class HotBlocks final : public jit::CodeObserver {
  public:
    jit::BlockCounter* counter(std::uint64_t pc) override;
    void compiled(const jit::Compilation& from, const jit::NativeBlock& block,
                  const jit::Stubs& stubs) override;

    // Of all blocks.
    struct Totals {
        std::uint64_t entries = 0;
        std::uint64_t look_ups = 0;
    };
    Totals totals() const;
    // Those that have run, by what they retired.
    std::vector<HotBlock> hottest(std::size_t most) const;

  private:
    struct Counter {
        jit::BlockCounter counted{};
        std::uint64_t pc = 0;
        std::uint32_t instructions = 0;
    };

    std::deque<Counter> counters_;  // one for each compilation, never moved
};

}  // namespace vm::native
