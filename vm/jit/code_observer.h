#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

#include "vm/engine/native_tier.h"
#include "vm/ir/block.h"
#include "vm/jit/backend.h"
#include "vm/jit/native_block.h"

namespace vm::jit {

// A block on its way through the compiler.
struct Compilation {
    const engine::NativeRequest& request;
    const ir::Block& lifted;     // before the passes
    const ir::Block& optimised;  // behind them
};

// Sees what is compiled and what becomes of it. Called by any thread that compiles, by several at once.
class CodeObserver {
  public:
    virtual ~CodeObserver() = default;

    // Memory for code is there, and holds the stubs, up to `end`; and is about to go.
    virtual void stubs_made(const Stubs& /*stubs*/, std::uint64_t /*end*/) {}
    virtual void stubs_dropped(const Stubs& /*stubs*/) {}
    // Where the code that is compiled next for `pc` counts, as long as it may run; nullptr: nowhere. Harts
    // that run the same code at once may lose some.
    virtual BlockCounter* counter(std::uint64_t /*pc*/) { return nullptr; }
    // The block's code is in place and may run; `code` and `marks` are here to be seen for the last time.
    virtual void compiled(const Compilation& /*from*/, const NativeBlock& /*block*/, const Stubs& /*stubs*/) {
    }
    // The backend did not take it, whole.
    virtual void failed(const Compilation& /*from*/, std::string_view /*why*/) {}
    // The block's code does not run any more, its memory is free.
    virtual void dropped(const NativeBlock& /*block*/) {}

    // Nobody is told anything as long as this is held: for a process that forks.
    virtual std::unique_lock<std::mutex> hold() { return {}; }
};

}  // namespace vm::jit
