#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "vm/engine/native_tier.h"
#include "vm/ir/block.h"
#include "vm/jit/backend.h"
#include "vm/jit/code_memory.h"
#include "vm/jit/edge_abi.h"
#include "vm/jit/jump_cache.h"

namespace vm::jit {

struct TierOptions {
    std::size_t code_bytes = std::size_t{64} << 20;
    unsigned level = 1;  // of optimisation, see ir::passes
};

// Compiles blocks of one hart and runs them.
class Tier : public engine::NativeTier {
  public:
    struct Counts {
        std::uint64_t compiled = 0;
        std::uint64_t refused = 0;             // not worth it, too large, or there was no room
        std::uint64_t failed = 0;              // the backend could not, whole or in part
        std::uint64_t guest_instructions = 0;  // compiled, not run
        std::uint64_t host_bytes = 0;
        std::uint64_t retired = 0;  // in compiled code
        std::uint64_t links = 0;
        std::uint64_t served = 0;
        std::uint64_t faults = 0;
        std::uint64_t clears = 0;
    };

    // The frontend, the ABI and whatever the backend refers to outlive it. Memory for code is had when there
    // is something to compile: most programs are over before that. Where the host has none, nothing is
    // compiled.
    Tier(engine::Frontend& frontend, const EdgeAbi& abi, std::unique_ptr<Backend> backend,
         const TierOptions& options);

    const void* compile(const engine::NativeRequest& request) override;
    engine::NativeOutcome run(const void* entry, std::int64_t countdown) override;
    void link(const void* exit, const void* entry) override;
    void remember(std::uint64_t pc, const void* entry) override;
    void select_space(std::uint64_t number) override {
        space_ = number;
        if (code_) code_->jumps->space = number;
    }
    void clear() override;
    bool full() const override { return full_; }

    const Counts& counts() const { return counts_; }

  private:
    // A compiled block and where its code lies in the code memory.
    struct Placed {
        std::unique_ptr<NativeBlock> block;
        std::size_t offset = 0;
    };

    // Where code lies, and what all of it shares.
    struct Code {
        CodeMemory memory;
        std::unique_ptr<JumpCache> jumps;
        std::size_t first;  // behind the stubs
    };

    bool have_code();
    std::unique_ptr<NativeBlock> make_block(engine::NativeRequest request);
    bool serve(NativeFrame& frame, const Site& site);
    bool serve_access(NativeFrame& frame, const Site& site);
    bool serve_call(NativeFrame& frame, const Site& site);
    std::uint64_t answer_fault(NativeFrame& frame, std::uint64_t host_pc);
    const Placed* placed_at(std::size_t offset) const;
    engine::NativeOutcome outcome_of(const NativeExit& exit) const;

    engine::Frontend& frontend_;
    const EdgeAbi& abi_;
    std::unique_ptr<Backend> backend_;
    TierOptions options_;
    std::optional<Code> code_;
    bool no_code_ = false;  // to be had
    std::uint64_t space_ = 0;
    std::size_t used_ = 0;
    bool full_ = false;
    std::vector<Placed> placed_;  // by offset
    ir::Block scratch_;
    Counts counts_;
};

}  // namespace vm::jit
