#include "vm/guest/riscv/watchpoints.h"

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

using mem::Access;

constexpr Watchpoint kWritten{.address = 0x1ffc, .length = 8, .loads = false, .stores = true};
constexpr Watchpoint kRead{.address = 0x5000, .length = 1, .loads = true, .stores = false};

Watchpoints both() {
    Watchpoints watchpoints;
    watchpoints.set({kWritten, kRead});
    return watchpoints;
}

TEST(Watchpoints, FindAccessesOfTheirKindThatTouchThem) {
    const Watchpoints watchpoints = both();
    EXPECT_EQ(watchpoints.find(0x2003, 1, Access::store), (WatchHit{kWritten, 0x2003}));
    EXPECT_EQ(watchpoints.find(0x1ff9, 4, Access::store), (WatchHit{kWritten, 0x1ffc}));
    EXPECT_EQ(watchpoints.find(0x5000, 8, Access::load), (WatchHit{kRead, 0x5000}));
    EXPECT_EQ(watchpoints.find(0x1ffc, 8, Access::load), std::nullopt);
    EXPECT_EQ(watchpoints.find(0x5000, 1, Access::store), std::nullopt);
    EXPECT_EQ(watchpoints.find(0x5000, 1, Access::fetch), std::nullopt);
}

TEST(Watchpoints, LetNeighboursPass) {
    const Watchpoints watchpoints = both();
    EXPECT_EQ(watchpoints.find(0x1ff8, 4, Access::store), std::nullopt);
    EXPECT_EQ(watchpoints.find(0x2004, 8, Access::store), std::nullopt);
    EXPECT_EQ(watchpoints.find(0x5001, 8, Access::load), std::nullopt);
    EXPECT_EQ(watchpoints.find(~std::uint64_t{0} - 3, 8, Access::load), std::nullopt);
}

TEST(Watchpoints, AreInEveryPageThatTheyTouch) {
    const Watchpoints watchpoints = both();
    EXPECT_TRUE(watchpoints.in_page_of(0x1000, Access::store));
    EXPECT_TRUE(watchpoints.in_page_of(0x2fff, Access::store));
    EXPECT_FALSE(watchpoints.in_page_of(0x3000, Access::store));
    EXPECT_FALSE(watchpoints.in_page_of(0x1000, Access::load));
}

TEST(Watchpoints, RefuseWhatTouchesThemUnlessItIsToPass) {
    Watchpoints watchpoints = both();
    EXPECT_FALSE(watchpoints.refuses(0x5000, 1, Access::store));
    EXPECT_EQ(watchpoints.take_hit(), std::nullopt);
    EXPECT_TRUE(watchpoints.refuses(0x5000, 1, Access::load));
    EXPECT_EQ(watchpoints.take_hit(), (WatchHit{kRead, 0x5000}));
    EXPECT_EQ(watchpoints.take_hit(), std::nullopt);
    watchpoints.pass();
    EXPECT_FALSE(watchpoints.refuses(0x5000, 1, Access::load));
    EXPECT_EQ(watchpoints.take_hit(), std::nullopt);
    watchpoints.refuse();
    EXPECT_TRUE(watchpoints.refuses(0x5000, 1, Access::load));
}

TEST(Watchpoints, SettingTheSameOnesChangesNothing) {
    Watchpoints watchpoints = both();
    EXPECT_FALSE(watchpoints.set({kWritten, kRead}));
    EXPECT_TRUE(watchpoints.set({}));
    EXPECT_EQ(watchpoints.find(0x5000, 1, Access::load), std::nullopt);
}

}  // namespace
}  // namespace vm::guest::riscv
