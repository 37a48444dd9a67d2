#include "vm/ir/index_table.h"

#include <gtest/gtest.h>

namespace vm::ir {
namespace {

TEST(IndexTable, FindsWhatWasNotedUnderTheSameHash) {
    const std::vector<int> things = {7, 8};
    IndexTable table;
    const auto is = [&](int wanted) {
        return [&, wanted](std::uint32_t index) { return things[index] == wanted; };
    };
    const std::uint64_t hash = mix(0, 1);
    EXPECT_EQ(table.find_or_insert(hash, 0, is(7)), 0u);
    EXPECT_EQ(table.find_or_insert(hash, 1, is(8)), 1u);
    EXPECT_EQ(table.find_or_insert(hash, 2, is(7)), 0u);
    EXPECT_EQ(table.find_or_insert(hash, 2, is(8)), 1u);
}

TEST(IndexTable, FindsWithoutNoting) {
    IndexTable table;
    const auto is = [](std::uint32_t wanted) { return [=](std::uint32_t index) { return index == wanted; }; };
    EXPECT_EQ(table.find(mix(0, 1), is(3)), std::nullopt);
    EXPECT_EQ(table.find_or_insert(mix(0, 1), 3, is(3)), 3u);
    EXPECT_EQ(table.find(mix(0, 1), is(3)), 3u);
    EXPECT_EQ(table.find(mix(0, 1), is(4)), std::nullopt);
}

TEST(IndexTable, GrowsAndKeepsAll) {
    IndexTable table;
    const auto insert = [&](std::uint32_t number) {
        return table.find_or_insert(mix(0, number), number,
                                    [&](std::uint32_t index) { return index == number; });
    };
    for (std::uint32_t i = 0; i < 5000; ++i) EXPECT_EQ(insert(i), i);
    for (std::uint32_t i = 0; i < 5000; ++i) {
        EXPECT_EQ(table.find_or_insert(mix(0, i), 9999, [&](std::uint32_t index) { return index == i; }), i);
    }
}

TEST(IndexTable, ForgetsEverythingWhenCleared) {
    IndexTable table;
    const auto any = [](std::uint32_t) { return true; };
    EXPECT_EQ(table.find_or_insert(mix(0, 1), 3, any), 3u);
    table.clear();
    EXPECT_EQ(table.find_or_insert(mix(0, 1), 4, any), 4u);
}

}  // namespace
}  // namespace vm::ir
