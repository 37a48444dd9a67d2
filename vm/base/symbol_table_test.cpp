#include "vm/base/symbol_table.h"

#include <gtest/gtest.h>

#include "vm/base/test_elf_image.h"

namespace vm {
namespace {

using testing::ElfImage;

constexpr std::uint64_t kBias = 0x4000'0000;

// With `main` of 8 bytes at 0x10004, and `tohost` in another segment at 0x20000.
SymbolTable table_of(const ElfImage& image) {
    SymbolTable table;
    table.add(image.parse().value(), kBias);
    return table;
}

TEST(SymbolTable, NamesAddressesByTheLabelBeforeThem) {
    const SymbolTable table = table_of(ElfImage());
    EXPECT_EQ(table.name(kBias + 0x10004), "main");
    EXPECT_EQ(table.name(kBias + 0x1000b), "main+0x7");
    EXPECT_EQ(table.name(0x10004), "");
}

TEST(SymbolTable, SaysNothingBeforeAndBehindWhatTheLabelsCover) {
    const SymbolTable table = table_of(ElfImage());
    EXPECT_EQ(table.name(kBias + 0x10000), "");
    EXPECT_EQ(table.name(kBias + 0x1000c), "");
}

TEST(SymbolTable, ALabelWithoutSizeReachesToTheEndOfItsSegment) {
    const SymbolTable table = table_of(ElfImage().set<std::uint64_t>(408 + 16, 0));
    EXPECT_EQ(table.name(kBias + 0x1000f), "main+0xb");
    EXPECT_EQ(table.name(kBias + 0x10010), "");
}

TEST(SymbolTable, DataHasNoNames) {
    EXPECT_EQ(table_of(ElfImage()).name(kBias + 0x20000), "tohost");
    EXPECT_EQ(table_of(ElfImage().set<std::uint32_t>(120 + 4, 6)).name(kBias + 0x20000), "");
}

TEST(SymbolTable, KnowsSeveralFiles) {
    SymbolTable table = table_of(ElfImage());
    table.add(ElfImage().parse().value(), 0);
    EXPECT_EQ(table.name(0x10004), "main");
    EXPECT_EQ(table.name(kBias + 0x10004), "main");
}

}  // namespace
}  // namespace vm
