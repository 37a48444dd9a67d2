#include "vm/debug/packet_text.h"

#include <gtest/gtest.h>

namespace vm::debug {
namespace {

TEST(Hex, BytesBecomeTwoDigitsEachAndBack) {
    EXPECT_EQ(to_hex(std::string_view("\x00\x7f\xff", 3)), "007fff");
    EXPECT_EQ(to_text(from_hex("41426A6b").value()), "ABjk");
    EXPECT_TRUE(from_hex("").value().empty());
}

TEST(Hex, OddDigitsAndOtherCharactersAreRefused) {
    EXPECT_FALSE(from_hex("123"));
    EXPECT_FALSE(from_hex("1g"));
    EXPECT_FALSE(from_hex("g1"));
    EXPECT_FALSE(from_hex("xx"));
}

TEST(PacketReader, NumberEndsWhereItsDigitsEnd) {
    PacketReader reader("1aF,2");
    EXPECT_EQ(reader.number(), 0x1afu);
    EXPECT_EQ(reader.rest(), ",2");
}

TEST(PacketReader, NumberHasOneToSixteenDigits) {
    EXPECT_EQ(PacketReader("ffffffffffffffff").number(), ~std::uint64_t{0});
    EXPECT_FALSE(PacketReader("10000000000000000").number());
    EXPECT_FALSE(PacketReader("").number());
    EXPECT_FALSE(PacketReader("-1").number());
}

TEST(PacketReader, SkipConsumesOnlyWhatMatches) {
    PacketReader reader("read:x");
    EXPECT_FALSE(reader.skip("write:"));
    EXPECT_TRUE(reader.skip("read:"));
    EXPECT_EQ(reader.rest(), "x");
}

TEST(PacketReader, UntilTakesThePieceAndItsSeparator) {
    PacketReader reader("a::b");
    EXPECT_EQ(reader.until(':'), "a");
    EXPECT_EQ(reader.until(':'), "");
    EXPECT_EQ(reader.until(':'), "b");
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(reader.until(':'), "");
}

TEST(AddressRange, IsTwoNumbersWithAComma) {
    PacketReader reader("1000,20:");
    const auto range = read_range(reader).value();
    EXPECT_EQ(range.address, 0x1000u);
    EXPECT_EQ(range.length, 0x20u);
    EXPECT_EQ(reader.rest(), ":");
}

TEST(AddressRange, OneThatLacksAPartIsNone) {
    for (const char* text : {"", "10", "10,", ",10", "10;10", "x,1"}) {
        PacketReader reader(text);
        EXPECT_FALSE(read_range(reader)) << text;
    }
}

TEST(AddressRange, WrapsWhenItGoesPastTheLastAddress) {
    EXPECT_FALSE((AddressRange{~std::uint64_t{0}, 1}.wraps()));
    EXPECT_TRUE((AddressRange{~std::uint64_t{0}, 2}.wraps()));
    EXPECT_FALSE((AddressRange{~std::uint64_t{0}, 0}.wraps()));
    EXPECT_FALSE((AddressRange{0, ~std::uint64_t{0}}.wraps()));
}

}  // namespace
}  // namespace vm::debug
