#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "vm/base/result.h"
#include "vm/ir/block.h"

namespace vm::ir::passes {

struct Pass {
    std::string_view name;
    void (*run)(Block&);
};

// Every pass, by the name that switches it off.
std::span<const Pass> passes();

// A set of passes.
class PassSet {
  public:
    // Of names with commas between them: "narrow,fuse". The empty text is the empty set.
    static Result<PassSet> parse(std::string_view names);

    bool contains(std::size_t pass) const { return (bits_ >> pass & 1) != 0; }
    void insert(std::size_t pass) { bits_ |= std::uint32_t{1} << pass; }

  private:
    std::uint32_t bits_ = 0;  // by index in passes()
};

// 0 leaves the block as it was built. 1 is what pays for itself the first time the code runs: 32-bit
// operations, fusion, work left to exits. 2 adds what takes longer and helps hot code: common subexpressions,
// forwarded loads.
inline constexpr unsigned kMaxLevel = 2;

// Runs the passes of a level, at most kMaxLevel, but for those that are off. The block verifies before and
// after.
void optimise(Block& block, unsigned level, PassSet off = {});

}  // namespace vm::ir::passes
