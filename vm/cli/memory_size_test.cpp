#include "vm/cli/memory_size.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::cli {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMax = std::uint64_t{256} << 30;

std::string error(std::string_view text) { return parse_memory_size(text, kMax).error().message; }

TEST(MemorySize, BytesAndSuffixes) {
    EXPECT_EQ(parse_memory_size("4096", kMax).value(), 4096u);
    EXPECT_EQ(parse_memory_size("8K", kMax).value(), 8192u);
    EXPECT_EQ(parse_memory_size("128M", kMax).value(), std::uint64_t{128} << 20);
    EXPECT_EQ(parse_memory_size("2g", kMax).value(), std::uint64_t{2} << 30);
    EXPECT_EQ(parse_memory_size("256G", kMax).value(), kMax);
}

TEST(MemorySize, RefusesWhatIsNoSize) {
    for (const char* text : {"", "x", "M", "-4096", "12Q", "4KB", "4 K", "0x1000", "1.5M", "+4K"}) {
        EXPECT_THAT(error(text), HasSubstr("is not a number of bytes")) << text;
    }
}

TEST(MemorySize, RefusesZeroAndPartsOfAPage) {
    EXPECT_THAT(error("0"), HasSubstr("positive multiple of 4K"));
    EXPECT_THAT(error("0G"), HasSubstr("positive multiple of 4K"));
    EXPECT_THAT(error("4097"), HasSubstr("positive multiple of 4K"));
    EXPECT_THAT(error("1K"), HasSubstr("positive multiple of 4K"));
}

TEST(MemorySize, RefusesMoreThanTheLimitHoweverFarItOverflows) {
    EXPECT_EQ(error("257G"), "memory size '257G' is more than 256 GiB");
    EXPECT_THAT(error("18446744073709551615"), HasSubstr("is more than"));
    EXPECT_THAT(error("18446744073709551616"), HasSubstr("is more than"));
    EXPECT_THAT(error("17179869184G"), HasSubstr("is more than"));
    EXPECT_THAT(error("99999999999999999999999G"), HasSubstr("is more than"));
}

}  // namespace
}  // namespace vm::cli
