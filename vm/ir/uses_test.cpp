#include "vm/ir/uses.h"

#include <gtest/gtest.h>

#include "vm/ir/parse.h"
#include "vm/ir/print.h"

namespace vm::ir {
namespace {

using Counts = std::vector<std::uint32_t>;

TEST(CountUses, CountsOperandsAndEntriesOfTheLog) {
    const Block block = parse(R"(slot x = i64 8
%0 = get i64 x
%1 = add i64 %0, %0
%2 = mul i64 %1, %0
x <- %1
x <- %1
goto_value %1 @ pc=0x1000 retired=1
)")
                            .value();
    Counts counts = {9};
    count_uses(block, counts);
    EXPECT_EQ(counts, (Counts{3, 4, 0, 0}));
}

TEST(CountUses, ArgumentsOfCallsCount) {
    const Block block = parse(R"(slot x = i64 8
%0 = get i64 x
call none 3(%0, 1, %0)
goto @ pc=0x1000 retired=1
)")
                            .value();
    Counts counts;
    count_uses(block, counts);
    EXPECT_EQ(counts, (Counts{2, 0, 0}));
}

// The block without the writes that nobody is shown.
std::string observed(std::string_view text) {
    constexpr std::string_view kSlots = "slot x = i64 8\nslot y = i64 16\n";
    Block block = parse(fmt::format("{}{}", kSlots, text)).value();
    drop_unobserved_writes(block);
    return print(block).substr(kSlots.size());
}

TEST(DropUnobservedWrites, OfWritesBetweenExitsTheLastOfEachSlotStays) {
    EXPECT_EQ(observed(R"(x <- 1
y <- 2
x <- 3
goto @ pc=0x1000 retired=1
)"),
              R"(y <- 2
x <- 3
goto @ pc=0x1000 retired=1
)");
}

TEST(DropUnobservedWrites, WhatASideExitShowsStays) {
    constexpr std::string_view kText = R"(x <- 1
branch eq 1, 2 @ pc=0x2000 retired=1
x <- 3
goto @ pc=0x1000 retired=2
)";
    EXPECT_EQ(observed(kText), kText);
}

TEST(DropUnobservedWrites, TheFirstExitThatCouldShowAWriteDecides) {
    EXPECT_EQ(observed(R"(x <- 1
x <- 2
branch eq 1, 2 @ pc=0x2000 retired=1
y <- 3
goto @ pc=0x1000 retired=2
)"),
              R"(x <- 2
branch eq 1, 2 @ pc=0x2000 retired=1
y <- 3
goto @ pc=0x1000 retired=2
)");
}

TEST(DropUnobservedWrites, CallsThatTouchStateSeeWhatWasWritten) {
    constexpr std::string_view kText = R"(x <- 1
call none 3() reads_state @ pc=0x1000 retired=1
x <- 2
call none 4() writes_state @ pc=0x1004 retired=2
x <- 3
goto @ pc=0x1008 retired=3
)";
    EXPECT_EQ(observed(kText), kText);
}

TEST(DropUnobservedWrites, FramesBehindACallThatWritesStateBeginBehindItStill) {
    EXPECT_EQ(observed(R"(x <- 1
x <- 2
call none 4() writes_state @ pc=0x1004 retired=2
y <- 3
y <- 4
goto @ pc=0x1008 retired=3
)"),
              R"(x <- 2
call none 4() writes_state @ pc=0x1004 retired=2
y <- 4
goto @ pc=0x1008 retired=3
)");
}

}  // namespace
}  // namespace vm::ir
