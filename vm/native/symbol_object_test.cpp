#include "vm/native/symbol_object.h"

#include <algorithm>
#include <array>
#include <span>

#include <gtest/gtest.h>

#include "vm/native/test_object.h"

namespace vm::native {
namespace {

TEST(SymbolObject, HoldsOneFunctionThatCoversTheCode) {
    const auto object = symbol_object("rv:0x10234", 0x7f0000001000, 26, {});
    const auto symbol = testing::symbol_of(object);
    ASSERT_TRUE(symbol.has_value());
    EXPECT_EQ(symbol->name, "rv:0x10234");
    EXPECT_EQ(symbol->address, 0x7f0000001000u);
    EXPECT_EQ(symbol->size, 26u);
    EXPECT_EQ(symbol->type, STT_FUNC);
}

TEST(SymbolObject, NamesItsSectionsAsToolsExpectThem) {
    const auto object = symbol_object("f", 0x1000, 1, {});
    const auto names = testing::section_of(object, testing::read_at<Elf64_Ehdr>(object, 0)->e_shstrndx);
    ASSERT_TRUE(names.has_value());
    std::string all;
    for (std::size_t i = 1; const auto section = testing::section_of(object, i); ++i) {
        all += testing::name_at(object, *names, section->sh_name) + " ";
    }
    EXPECT_EQ(all, ".text .symtab .strtab .shstrtab .debug_frame ");
}

TEST(SymbolObject, HoldsHowFramesAreUnwound) {
    constexpr std::array kUnwind = {std::byte{1}, std::byte{2}, std::byte{3}};
    const auto object = symbol_object("f", 0x1000, 1, kUnwind);
    const auto section = testing::section_of(object, 5);
    ASSERT_TRUE(section.has_value());
    const auto contents = std::span(object).subspan(section->sh_offset, section->sh_size);
    EXPECT_TRUE(std::equal(contents.begin(), contents.end(), kUnwind.begin(), kUnwind.end()));
}

}  // namespace
}  // namespace vm::native
