#pragma once

#include <cstdint>
#include <memory>

#include "vm/base/result.h"
#include "vm/ir/passes/optimise.h"
#include "vm/jit/tier.h"

// The compiler of this host for guests of RISC-V.
namespace vm::native {

inline constexpr unsigned kMaxLevel = ir::passes::kMaxLevel;

struct Options {
    std::uint16_t threshold = 50;  // entries of a block before it is compiled
    jit::TierOptions tier{};
};

// Whether this host can run what the compiler makes.
bool supported();

// A compiler for one thread of a program, whose memory is a UserMemory.
Result<std::unique_ptr<jit::Tier>> make_for_program(engine::Frontend& frontend, const Options& options);
// A compiler for one hart of a machine, whose memory is a SystemMemory.
Result<std::unique_ptr<jit::Tier>> make_for_machine(engine::Frontend& frontend, const Options& options);

}  // namespace vm::native
