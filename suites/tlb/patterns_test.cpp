#include "suites/tlb/patterns.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "vm/mmu/tlb.h"

namespace suites::tlb {
namespace {

std::map<std::uint64_t, std::size_t> accesses_by_page(const Pattern& pattern) {
    std::map<std::uint64_t, std::size_t> counted;
    for (const std::uint64_t offset : pattern) {
        ++counted[offset >> 12];
    }
    return counted;
}

TEST(Patterns, AreRepeatableAndStayInsideTheirPages) {
    for (Pattern (*make)(std::uint64_t) : {sequential, strided, random, zipf, mixed, hot_99_percent}) {
        const Pattern pattern = make(4096);
        EXPECT_EQ(pattern.size(), kSteps);
        EXPECT_EQ(pattern, make(4096));
        for (const std::uint64_t offset : pattern) {
            ASSERT_LT(offset, 4096U * 4096U);
            ASSERT_EQ(offset % 8, 0U);
        }
    }
}

TEST(Patterns, StridedVisitsAPageOnceARound) {
    const Pattern pattern = strided(512);
    std::set<std::uint64_t> seen;
    for (std::size_t i = 0; i < 512; ++i) {
        seen.insert(pattern[i] >> 12);
    }
    EXPECT_EQ(seen.size(), 512U);
    EXPECT_EQ(pattern[0], pattern[512]);
}

TEST(Patterns, RandomVisitsPagesAboutEquallyOften) {
    const auto counted = accesses_by_page(random(512));
    EXPECT_EQ(counted.size(), 512U);
    for (const auto& [page, count] : counted) {
        EXPECT_NEAR(static_cast<double>(count), kSteps / 512.0, 0.3 * kSteps / 512.0) << page;
    }
}

TEST(Patterns, ZipfGivesTheSecondPageHalfAsMuchAsTheFirst) {
    std::vector<std::size_t> counts;
    for (const auto& [page, count] : accesses_by_page(zipf(4096))) {
        counts.push_back(count);
    }
    std::sort(counts.rbegin(), counts.rend());
    EXPECT_NEAR(static_cast<double>(counts[0]) / static_cast<double>(counts[1]), 2, 0.1);
    EXPECT_NEAR(static_cast<double>(counts[0]) / static_cast<double>(counts[9]), 10, 1);
}

TEST(Patterns, HotPagesGetNinetyNinePercentAndKeepTheirSlots) {
    const auto counted = accesses_by_page(hot_99_percent(32768));
    std::size_t hot = 0;
    for (const auto& [page, count] : counted) {
        hot += page < 64 ? count : 0;
        for (std::uint64_t other = 0; other < 64 and page >= 64; ++other) {
            ASSERT_NE(vm::mmu::Tlb::index_of(page * vm::mem::kPageSize),
                      vm::mmu::Tlb::index_of(other * vm::mem::kPageSize))
                << page;
        }
    }
    EXPECT_NEAR(static_cast<double>(hot) / kSteps, 0.99, 0.0001);
}

}  // namespace
}  // namespace suites::tlb
