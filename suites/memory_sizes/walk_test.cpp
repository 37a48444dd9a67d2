#include "suites/memory_sizes/walk.h"

#include <cstring>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace suites::memory_sizes {
namespace {

TEST(Walk, VisitsEveryElementOnceARound) {
    for (const std::uint64_t width : {1U, 2U, 4U, 8U}) {
        const Walk walk{width, 4096};
        std::set<std::uint64_t> seen;
        std::uint64_t position = 0;
        for (std::uint64_t i = 0; i < walk.elements(); ++i, position = walk.next(position)) {
            EXPECT_EQ(position % width, 0U);
            EXPECT_LT(position, 4096U);
            EXPECT_EQ(position, walk.at(i));
            seen.insert(position);
        }
        EXPECT_EQ(seen.size(), walk.elements());
        EXPECT_EQ(position, 0U);
    }
}

TEST(Walk, PatternBytesMatchTheWordsTheyAreCutFrom) {
    std::vector<std::uint64_t> words = {pattern_word(0), pattern_word(1), pattern_word(2)};
    for (std::uint64_t offset = 0; offset <= 16; ++offset) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, reinterpret_cast<const char*>(words.data()) + offset, 8);
        EXPECT_EQ(pattern_at(offset), bytes) << offset;
    }
}

TEST(Walk, SumOverWholeRoundsAndARestIsTheSumOfItsAccesses) {
    const Walk walk{2, 256};
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < 300; ++i) {
        sum += static_cast<std::uint16_t>(pattern_at(1 + walk.at(i)));
    }
    EXPECT_EQ((pattern_sum<std::uint16_t>(walk, 1, 300)), sum);
}

}  // namespace
}  // namespace suites::memory_sizes
