#pragma once

#include <cstdint>
#include <memory>

#include "vm/engine/native_tier.h"
#include "vm/jit/code_cache.h"
#include "vm/jit/counts.h"
#include "vm/jit/jump_cache.h"
#include "vm/jit/native_frame.h"

namespace vm::jit {

// Has the hot blocks of one hart compiled, and runs them.
class Tier : public engine::NativeTier {
  public:
    // The frontend outlives it.
    Tier(engine::Frontend& frontend, std::shared_ptr<CodeCache> cache);

    const void* find(const engine::NativeRequest& request) override { return cache_->find(request); }
    engine::NativeCode compile(const engine::NativeRequest& request) override {
        return cache_->compile(frontend_, request);
    }
    engine::NativeOutcome run(const void* entry, std::int64_t countdown) override;
    void link(const void* exit, const void* entry) override {
        cache_->link(visitor_, *static_cast<const Site*>(exit), entry);
    }
    void remember(std::uint64_t pc, const void* entry) override {
        jumps_->remember(pc, reinterpret_cast<std::uint64_t>(entry));
    }
    void select_space(std::uint64_t number) override { jumps_->space = number; }
    void forget_code(const std::byte* code, std::uint64_t generation) override {
        cache_->forget_code(code, generation);
    }
    std::uint64_t forgotten() const override { return cache_->forgotten(); }
    void forget() override;

    // Of this hart: what is compiled the cache counts.
    const Counts& counts() const { return counts_; }
    const CodeCache& cache() const { return *cache_; }

  private:
    engine::NativeOutcome outcome_of(const NativeExit& exit);
    bool serve(NativeFrame& frame, const Site& site);
    bool serve_access(NativeFrame& frame, const Site& site);
    bool serve_call(NativeFrame& frame, const Site& site);
    std::uint64_t answer_fault(NativeFrame& frame, std::uint64_t host_pc);

    engine::Frontend& frontend_;
    std::shared_ptr<CodeCache> cache_;
    CodeCache::Visitor visitor_;
    JumpCache::Owner jumps_;
    Counts counts_;
};

}  // namespace vm::jit
