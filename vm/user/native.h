#pragma once

#include <cstdint>
#include <memory>

#include "vm/base/result.h"
#include "vm/engine/native_tier.h"
#include "vm/ir/passes/optimise.h"
#include "vm/jit/tier.h"

namespace vm::user {

inline constexpr unsigned kMaxOptimisation = ir::passes::kMaxLevel;

struct NativeOptions {
    std::uint16_t threshold = 50;  // entries of a block before it is compiled
    jit::TierOptions tier{};
};

// Whether this host can run what the compiler makes.
bool native_supported();

// A compiler for one thread of a program.
Result<std::unique_ptr<jit::Tier>> make_native(engine::Frontend& frontend, const NativeOptions& options);

}  // namespace vm::user
