#include "vm/jit/jump_cache.h"

#include <cstdint>

#include <gtest/gtest.h>

namespace vm::jit {
namespace {

constexpr std::uint64_t kPc = 0x1'0468;
constexpr std::uint64_t kCode = 0x7000;

// As compiled code looks it up.
std::uint64_t found(const JumpCache& cache, std::uint64_t pc) {
    const JumpCache::Entry& entry = cache.entries[JumpCache::index_of(pc)];
    return entry.pc == pc and cache.spaces[JumpCache::index_of(pc)] == cache.space ? entry.code : 1;
}

bool holds_nothing(const JumpCache& cache) {
    for (std::uint64_t pc = 0; pc < 2 * JumpCache::kEntries; pc += 2) {
        if (found(cache, pc) != 1) return false;
    }
    return true;
}

TEST(JumpCache, HoldsNothingAtFirstNotEvenAtZero) { EXPECT_TRUE(holds_nothing(*JumpCache::make())); }

TEST(JumpCache, FindsWhatItRemembersInItsSpaceUntilItIsCleared) {
    const auto owner = JumpCache::make();
    JumpCache& cache = *owner;
    for (const std::uint64_t pc : {std::uint64_t{0}, kPc}) {
        cache.remember(pc, kCode);
        EXPECT_EQ(found(cache, pc), kCode);
        cache.space = 1;
        EXPECT_EQ(found(cache, pc), 1u);
        cache.space = 0;
        cache.clear();
        EXPECT_TRUE(holds_nothing(cache));
    }
    cache.clear();
    cache.remember(kPc, kCode);
    EXPECT_EQ(found(cache, kPc), kCode);
}

}  // namespace
}  // namespace vm::jit
