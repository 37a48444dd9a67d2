#include "vm/base/elf_file.h"

#include <cstdio>
#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/base/test_elf_image.h"

namespace vm {
namespace {

using ::testing::HasSubstr;

using Image = testing::ElfImage;

TEST(ElfFile, ReadsTheHeaderAndTheSegments) {
    const auto file = Image().parse();
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->type(), ElfType::executable);
    EXPECT_EQ(file->entry(), 0x10000U);
    EXPECT_EQ(file->program_header_offset(), 64U);
    ASSERT_EQ(file->load_segments().size(), 2U);
    const ElfSegment second = file->load_segments()[1];
    EXPECT_EQ(second.virtual_address, 0x20000U);
    EXPECT_EQ(second.physical_address, 0x8001'0000U);
    EXPECT_EQ(second.memory_size, 0x1000U);
    ASSERT_EQ(file->contents(second).size(), 4U);
    EXPECT_EQ(file->contents(second)[0], std::byte{0x13});
}

TEST(ElfFile, FindsASymbolByName) {
    const auto file = Image().parse();
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->symbol("tohost"));
    EXPECT_EQ(file->symbol("tohost")->value, 0x20000U);
    EXPECT_FALSE(file->symbol("fromhost"));
}

TEST(ElfFile, ListsOnlyFunctions) {
    const auto file = Image().parse();
    const auto functions = file->functions();
    ASSERT_EQ(functions.size(), 1U);
    EXPECT_EQ(functions[0].name, "main");
    EXPECT_EQ(functions[0].size, 8U);
}

TEST(ElfFile, LabelsAreFunctionsAndObjectsInOrderOfAddress) {
    const auto file = Image().set<std::uint64_t>(416, 0x30000).parse();
    const auto labels = file->labels();
    ASSERT_EQ(labels.size(), 2U);
    EXPECT_EQ(labels[0].name, "tohost");
    EXPECT_EQ(labels[1].name, "main");
}

TEST(ElfFile, MappingSymbolsAndLocalLabelsAreNoLabels) {
    Image image;
    image.set<char>(457, '$').set<char>(462, '.').set<char>(463, 'L');
    EXPECT_TRUE(image.parse()->labels().empty());
}

TEST(ElfFile, AFileWithoutSectionsHasNoSymbols) {
    const auto file = Image().set<std::uint16_t>(60, 0).parse();
    ASSERT_TRUE(file);
    EXPECT_FALSE(file->symbol("main"));
    EXPECT_TRUE(file->functions().empty());
}

TEST(ElfFile, ATypeOfThreeIsPositionIndependent) {
    EXPECT_EQ(Image().set<std::uint16_t>(16, 3).parse()->type(), ElfType::position_independent);
}

TEST(ElfFile, RefusesWhatIsNotElf) {
    EXPECT_EQ(Image().set<char>(0, 'x').error(), "'a.elf' is not an ELF file");
    EXPECT_EQ(Image().cut(3).error(), "'a.elf' is not an ELF file");
    EXPECT_EQ(Image().cut(0).error(), "'a.elf' is not an ELF file");
}

TEST(ElfFile, RefusesOtherKindsOfElf) {
    EXPECT_THAT(Image().set<char>(4, 1).error(), HasSubstr("not a 64-bit"));
    EXPECT_THAT(Image().set<char>(5, 2).error(), HasSubstr("not a little-endian"));
    EXPECT_THAT(Image().set<std::uint16_t>(18, 62).error(),
                HasSubstr("another architecture (ELF machine 62)"));
    EXPECT_THAT(Image().set<std::uint16_t>(16, 1).error(), HasSubstr("object file"));
    EXPECT_THAT(Image().set<std::uint16_t>(16, 4).error(), HasSubstr("not an executable (ELF type 4)"));
}

TEST(ElfFile, EveryTruncationIsRefused) {
    for (std::size_t size = 0; size < 470; ++size) {
        EXPECT_NE(Image().cut(size).error(), "") << size;
    }
    EXPECT_THAT(Image().cut(63).error(), HasSubstr("cut short"));
}

TEST(ElfFile, RefusesProgramHeadersOutsideTheFile) {
    EXPECT_THAT(Image().set<std::uint64_t>(32, 0xffff'ffff'ffff'fff0).error(), HasSubstr("cut short"));
    EXPECT_THAT(Image().set<std::uint16_t>(56, 0xfffe).error(), HasSubstr("cut short"));
    EXPECT_THAT(Image().set<std::uint16_t>(56, 0xffff).error(), HasSubstr("not supported"));
    EXPECT_THAT(Image().set<std::uint16_t>(54, 32).error(), HasSubstr("program header of 32 bytes"));
}

TEST(ElfFile, RefusesAFileWithNothingToLoad) {
    EXPECT_THAT(Image().set<std::uint16_t>(56, 0).error(), HasSubstr("no segment to load"));
}

TEST(ElfFile, RefusesSegmentsThatDoNotAddUp) {
    EXPECT_THAT(Image().set<std::uint64_t>(64 + 32, 17).error(),
                HasSubstr("17 bytes in the file but 16 in memory"));
    EXPECT_THAT(Image().set<std::uint64_t>(64 + 8, ~std::uint64_t{15}).error(), HasSubstr("cut short"));
    EXPECT_THAT(
        Image().set<std::uint64_t>(64 + 16, ~std::uint64_t{0} - 15).set<std::uint64_t>(64 + 40, 17).error(),
        HasSubstr("overflows"));
    EXPECT_THAT(Image().set<std::uint64_t>(120 + 40, ~std::uint64_t{0}).error(), HasSubstr("overflows"));
    EXPECT_THAT(Image().set<std::uint64_t>(64 + 48, 3).error(), HasSubstr("not a power of two"));
    EXPECT_THAT(Image().set<std::uint64_t>(64 + 16, 0x10001).error(), HasSubstr("breaks its alignment"));
}

TEST(ElfFile, RefusesSegmentsThatOverlap) {
    EXPECT_THAT(Image().set<std::uint64_t>(120 + 16, 0x10000).error(), HasSubstr("overlap at 0x10000"));
    EXPECT_THAT(Image().set<std::uint64_t>(120 + 24, 0x7fff'f008).error(),
                HasSubstr("overlap at 0x80000000"));
}

TEST(ElfFile, ASegmentMayEndAtTheTopOfTheAddressSpace) {
    const auto file = Image().set<std::uint64_t>(64 + 16, ~std::uint64_t{0} - 15).parse();
    EXPECT_TRUE(file) << file.error().message;
}

TEST(ElfFile, RefusesBrokenSymbolTables) {
    EXPECT_THAT(Image().set<std::uint16_t>(58, 40).error(), HasSubstr("section header of 40 bytes"));
    EXPECT_THAT(Image().set<std::uint64_t>(40, 450).error(), HasSubstr("section headers at offset 450"));
    EXPECT_THAT(Image().set<std::uint32_t>(256 + 40, 9).error(), HasSubstr("is not one"));
    EXPECT_THAT(Image().set<std::uint64_t>(256 + 32, 71).error(), HasSubstr("whole number of symbols"));
    EXPECT_THAT(Image().set<std::uint64_t>(256 + 32, 24 * 1000).error(), HasSubstr("cut short"));
    EXPECT_THAT(Image().set<std::uint32_t>(408, 14).error(), HasSubstr("name of symbol 1"));
    EXPECT_THAT(Image().set<char>(469, 'x').error(), HasSubstr("do not end"));
}

TEST(ElfFile, OpensAFileByPath) {
    const std::string path = ::testing::TempDir() + "elf_file_test." + std::to_string(::getpid());
    std::FILE* out = std::fopen(path.c_str(), "wb");
    ASSERT_NE(out, nullptr);
    const Image image;
    std::fwrite(image.bytes().data(), 1, image.bytes().size(), out);
    std::fclose(out);
    const auto file = ElfFile::open(path);
    std::remove(path.c_str());
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->bytes().size(), 470U);
    EXPECT_EQ(file->functions().size(), 1U);
}

TEST(ElfFile, SaysWhyAFileCannotBeOpened) {
    EXPECT_EQ(ElfFile::open("/nonexistent/x").error().message,
              "cannot open '/nonexistent/x': No such file or directory");
    EXPECT_THAT(ElfFile::open("/").error().message, HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace vm
