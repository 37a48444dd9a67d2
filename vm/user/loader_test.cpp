#include "vm/user/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/user/test_elf.h"

namespace vm::user {
namespace {

using mem::page::kExecute;
using mem::page::kRead;
using mem::page::kWrite;
using ::testing::HasSubstr;

constexpr std::uint16_t kFixed = 2;
constexpr std::uint16_t kPositionIndependent = 3;
constexpr TestSegment kText{
    .flags = 5, .offset = 0, .address = 0x1'0000, .file_size = 0x1100, .memory_size = 0x1100};

class LoaderTest : public ::testing::Test {
  protected:
    Result<LoadedProgram> load(std::uint16_t type, const std::vector<TestSegment>& segments) {
        const TestElf file(type, 0x1'1000, segments, {0x13, 0x73});
        return load_program(memory_, *ElfFile::open(file.path()), file.path());
    }
    std::uint8_t flags(std::uint64_t address) { return memory_.ram().flags_at(mem::PhysAddr{address}); }

    AddressSpace memory_ = *AddressSpace::create();
};

TEST_F(LoaderTest, MapsTextWithItsPermissionsAndTellsWhereThingsLie) {
    const auto loaded = load(kFixed, {kText});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->entry, 0x1'1000U);
    EXPECT_EQ(loaded->program_headers, 0x1'0000U + 64);
    EXPECT_EQ(loaded->program_header_count, 1U);
    EXPECT_EQ(loaded->end, 0x1'1100U);
    EXPECT_EQ(flags(0x1'1000), kRead | kExecute);
    EXPECT_EQ(memory_.get<std::uint32_t>(0x1'1000).value(), 0x13U);
    EXPECT_EQ(flags(0x1'2000), 0);
}

TEST_F(LoaderTest, ZeroesWhatTheFileDoesNotHold) {
    const auto loaded =
        load(kFixed,
             {kText,
              {.flags = 6, .offset = 0x2010, .address = 0x2'0010, .file_size = 0x20, .memory_size = 0x3000}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(memory_.get<std::uint8_t>(0x2'002f).value(), 0xaaU);
    EXPECT_EQ(memory_.get<std::uint8_t>(0x2'0030).value(), 0U);
    EXPECT_EQ(memory_.get<std::uint8_t>(0x2'0fff).value(), 0U);
    EXPECT_EQ(memory_.get<std::uint64_t>(0x2'3000).value(), 0U);
    EXPECT_EQ(flags(0x2'3000), kRead | kWrite);
    EXPECT_EQ(loaded->end, 0x2'3010U);
}

TEST_F(LoaderTest, ASegmentMayBeAllZero) {
    const auto loaded = load(
        kFixed, {kText, {.flags = 6, .offset = 0, .address = 0x2'0000, .file_size = 0, .memory_size = 0x10}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(memory_.get<std::uint64_t>(0x2'0000).value(), 0U);
}

TEST_F(LoaderTest, PositionIndependentProgramsAreMovedUp) {
    const auto loaded = load(kPositionIndependent, {kText});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->entry, 0x2a'aaaa'a000U + 0x1'1000);
    EXPECT_TRUE(memory_.mapped(loaded->entry));
}

TEST_F(LoaderTest, NamesTheLoaderOfADynamicProgram) {
    const TestElf dynamic(kPositionIndependent, 0x1'1000,
                          {{.type = 3, .offset = 0x1008, .file_size = 9}, kText},
                          {0x13, 0x73, 0x6269'6c2f, 0x2e64'6c2f});  // "/lib/ld." without its end
    EXPECT_FALSE(interpreter_of(*ElfFile::open(dynamic.path()), "p"));
    const TestElf ended(kPositionIndependent, 0x1'1000,
                        {{.type = 3, .offset = 0x1008, .file_size = 8}, kText},
                        {0x13, 0x73, 0x6269'6c2f, 0x0064'6c2f});  // "/lib/ld"
    const auto name = interpreter_of(*ElfFile::open(ended.path()), "p");
    ASSERT_TRUE(name);
    EXPECT_EQ(*name, "/lib/ld");
}

TEST_F(LoaderTest, AStaticProgramNamesNone) {
    const TestElf file(kFixed, 0x1'1000, {kText}, {0x13, 0x73});
    const auto name = interpreter_of(*ElfFile::open(file.path()), "p");
    ASSERT_TRUE(name);
    EXPECT_FALSE(*name);
}

TEST_F(LoaderTest, ALoaderLiesApartFromTheProgram) {
    const auto program = load(kPositionIndependent, {kText});
    ASSERT_TRUE(program);
    const TestElf file(kPositionIndependent, 0x1'1000, {kText}, {0x13, 0x73});
    const auto loader = load_interpreter(memory_, *ElfFile::open(file.path()), file.path());
    ASSERT_TRUE(loader) << loader.error().message;
    EXPECT_EQ(loader->entry, loader->base + 0x1'1000);
    EXPECT_NE(loader->entry, program->entry);
    EXPECT_EQ(flags(loader->entry), kRead | kExecute);
    EXPECT_TRUE(memory_.mapped(program->entry));
}

TEST_F(LoaderTest, RefusesALoaderWithAFixedPlace) {
    const TestElf file(kFixed, 0x1'1000, {kText}, {0x13, 0x73});
    const auto loader = load_interpreter(memory_, *ElfFile::open(file.path()), file.path());
    ASSERT_FALSE(loader);
    EXPECT_THAT(loader.error().message, HasSubstr("must be position-independent"));
}

TEST_F(LoaderTest, RefusesSegmentsOutsideUserSpace) {
    const auto refused = [&](std::uint64_t address, std::uint64_t size) {
        const auto loaded =
            load(kFixed, {{.offset = 0, .address = address, .file_size = 1, .memory_size = size}});
        return loaded ? std::string() : loaded.error().message;
    };
    EXPECT_THAT(refused(0, 16), HasSubstr("outside"));
    EXPECT_THAT(refused(kAddressSpaceSize, 16), HasSubstr("outside"));
    EXPECT_THAT(refused(kAddressSpaceSize - 0x1000, 0x2000), HasSubstr("outside"));
    EXPECT_THAT(refused(0x1'0000, kAddressSpaceSize), HasSubstr("outside"));
    EXPECT_THAT(refused(std::uint64_t{0xffff'ffff'ffff'f000}, 16), HasSubstr("outside"));
}

TEST_F(LoaderTest, RefusesSegmentsThatCannotBeMapped) {
    const auto loaded =
        load(kFixed, {{.offset = 0x1000, .address = 0x1'0010, .file_size = 16, .memory_size = 16}});
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message, HasSubstr("not page-aligned"));
}

}  // namespace
}  // namespace vm::user
