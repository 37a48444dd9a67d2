#include "vm/ir/passes/optimise.h"

#include <set>

#include <gtest/gtest.h>

#include "vm/ir/passes/golden.h"

namespace vm::ir::passes {
namespace {

// addw z, x, y; addiw z, z, 1; sw z, (x); lw z, (x): as they are lifted, word by word.
constexpr std::string_view kWords = R"(%0 = get i64 x
%1 = get i64 y
%2 = add i64 %0, %1
%3 = low i32 %2
%4 = sext i64 %3
%5 = add i64 %4, 1
%6 = low i32 %5
%7 = sext i64 %6
%8 = low i32 %7
z <- %4
z <- %7
store u32 [%0], %8 @ pc=0x1008 retired=2
%10 = load i64 s32 [%0] @ pc=0x100c retired=3
z <- %10
goto @ pc=0x1010 retired=4
)";

template <unsigned kLevel>
void at_level(Block& block) {
    optimise(block, kLevel);
}

TEST(Optimise, LevelZeroLeavesTheBlockAsItIs) { EXPECT_EQ(after(at_level<0>, kWords), kWords); }

TEST(Optimise, LevelOneComputesWordsAndLeavesExtensionsToExits) {
    EXPECT_EQ(after(at_level<1>, kWords), R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %0
%3 = low i32 %1
%4 = add i32 %2, %3
%5 = add i32 %4, 1:i32
z <- sext %5
store u32 [%0], %5 @ pc=0x1008 retired=2
%7 = load i64 s32 [%0] @ pc=0x100c retired=3
z <- %7
goto @ pc=0x1010 retired=4
)");
}

TEST(Optimise, LevelTwoForwardsWhatWasStored) {
    EXPECT_EQ(after(at_level<2>, kWords), R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %0
%3 = low i32 %1
%4 = add i32 %2, %3
%5 = add i32 %4, 1:i32
z <- sext %5
store u32 [%0], %5 @ pc=0x1008 retired=2
z <- sext %5
goto @ pc=0x1010 retired=4
)");
}

TEST(Optimise, PassesThatAreOffDoNotRun) {
    const auto all_off = [](Block& block) {
        PassSet off;
        for (std::size_t i = 0; i < passes().size(); ++i) off.insert(i);
        optimise(block, kMaxLevel, off);
    };
    EXPECT_EQ(after(all_off, kWords), kWords);
}

TEST(Optimise, EveryPassHasANameOfItsOwn) {
    std::set<std::string_view> names;
    for (const Pass& pass : passes()) EXPECT_TRUE(names.insert(pass.name).second) << pass.name;
    EXPECT_TRUE(names.contains("narrow"));
}

TEST(PassSet, IsReadFromNames) {
    const PassSet set = PassSet::parse("dead,narrow").value();
    for (std::size_t i = 0; i < passes().size(); ++i) {
        const bool named = passes()[i].name == "dead" or passes()[i].name == "narrow";
        EXPECT_EQ(set.contains(i), named) << passes()[i].name;
    }
    EXPECT_FALSE(PassSet::parse("").value().contains(0));
}

TEST(PassSet, AnUnknownNameIsRefusedWithTheNamesThatThereAre) {
    const auto set = PassSet::parse("narrow,narrower");
    ASSERT_FALSE(set.has_value());
    EXPECT_EQ(set.error().message,
              "there is no pass 'narrower': choose from common, forward, fold, reassociate, narrow, fuse, "
              "sink, dead");
}

}  // namespace
}  // namespace vm::ir::passes
