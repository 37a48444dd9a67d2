#include "vm/mmu/recent_regions.h"

#include <gtest/gtest.h>

#include "vm/mem/address.h"

namespace vm::mmu {
namespace {

TEST(RecentRegions, AreEmptyAtFirstAndWhenForgotten) {
    RecentRegions recent;
    const std::uint64_t nowhere = recent.hosts[0];
    recent.bases[3] = 0x1000;
    recent.limits[3] = 0x8000 - RecentRegions::kAccess;
    recent.hosts[3] = 0x7000;
    recent.used = 1;
    recent.forget();
    for (std::size_t place = 0; place < RecentRegions::kCount; ++place) {
        EXPECT_EQ(recent.bases[place], RecentRegions::kNoBase);
        EXPECT_EQ(recent.limits[place], mem::kPageSize - RecentRegions::kAccess);
        EXPECT_EQ(recent.hosts[place], nowhere);
    }
    EXPECT_EQ(recent.used, 0u);
}

TEST(RecentRegionsDeathTest, AnEmptyPlaceLeadsWhereNobodyMayGo) {
    const RecentRegions recent;
    EXPECT_DEATH(*reinterpret_cast<volatile char*>(recent.hosts[0]) = 1, "");
}

}  // namespace
}  // namespace vm::mmu
