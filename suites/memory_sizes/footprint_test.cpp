#include "suites/memory_sizes/footprint.h"

#include <gtest/gtest.h>

#include "suites/memory_sizes/walk.h"

namespace suites::memory_sizes {
namespace {

TEST(Footprint, HoldsThePatternAndSomeBytesBeyond) {
    Footprint footprint(8192);
    const auto& ram = footprint.with_pattern(4096);
    EXPECT_EQ(*ram.read<std::uint64_t>(Footprint::kBase), pattern_at(0));
    EXPECT_EQ(*ram.read<std::uint64_t>(Footprint::kBase + 4089), pattern_at(4089));
}

TEST(Footprint, IsFilledAgainAfterItWasOverwritten) {
    Footprint footprint(8192);
    ASSERT_TRUE(footprint.to_overwrite(4096).write<std::uint32_t>(Footprint::kBase, 1));
    EXPECT_EQ(*footprint.with_pattern(4096).read<std::uint64_t>(Footprint::kBase), pattern_at(0));
}

TEST(Footprint, ALargerOneIsFilledToItsEnd) {
    Footprint footprint(8192);
    footprint.with_pattern(4096);
    EXPECT_EQ(*footprint.with_pattern(8192).read<std::uint64_t>(Footprint::kBase + 8184), pattern_at(8184));
}

}  // namespace
}  // namespace suites::memory_sizes
