#include "vm/tests/differential/elf_writer.h"

#include <array>

#include <gtest/gtest.h>

#include "vm/base/elf_file.h"

namespace vm::tests {
namespace {

TEST(ElfWriter, ReaderFindsEntryAndBothSegments) {
    const std::array<std::uint16_t, 3> code{0x0001, 0x0001, 0x8082};
    const std::array<std::byte, 16> data{std::byte{7}};
    const auto file = ElfFile::parse(
        make_elf({.code_address = 0x10000, .code = code, .data_address = 0x400000, .data = data}), "x");
    ASSERT_TRUE(file.has_value()) << file.error().message;
    EXPECT_EQ(file->entry(), 0x10000u);
    const auto segments = file->load_segments();
    ASSERT_EQ(segments.size(), 2u);
    EXPECT_EQ(segments[0].virtual_address, 0x10000u);
    EXPECT_EQ(segments[0].flags, segment_flag::kRead | segment_flag::kExecute);
    EXPECT_EQ(file->contents(segments[0]).size(), 6u);
    EXPECT_EQ(segments[1].virtual_address, 0x400000u);
    EXPECT_EQ(segments[1].flags, segment_flag::kRead | segment_flag::kWrite);
    EXPECT_EQ(file->contents(segments[1])[0], std::byte{7});
}

}  // namespace
}  // namespace vm::tests
