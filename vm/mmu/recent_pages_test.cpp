#include "vm/mmu/recent_pages.h"

#include <gtest/gtest.h>

namespace vm::mmu {
namespace {

TEST(RecentPages, AreEmptyAtFirstAndWhenForgotten) {
    RecentPages recent;
    const std::uint64_t nowhere = recent.hosts[0];
    recent.pages[3] = 0x1000;
    recent.hosts[3] = 0x7000;
    recent.used = 1;
    recent.forget();
    for (std::size_t place = 0; place < RecentPages::kCount; ++place) {
        EXPECT_EQ(recent.pages[place], RecentPages::kNoPage);
        EXPECT_EQ(recent.hosts[place], nowhere);
    }
    EXPECT_EQ(recent.used, 0u);
}

TEST(RecentPagesDeathTest, AnEmptyPlaceLeadsWhereNobodyMayGo) {
    const RecentPages recent;
    EXPECT_DEATH(*reinterpret_cast<volatile char*>(recent.hosts[0]) = 1, "");
}

}  // namespace
}  // namespace vm::mmu
