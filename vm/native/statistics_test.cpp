#include "vm/native/statistics.h"

#include <array>
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/base/test_elf_image.h"

namespace vm::native {
namespace {

using ::testing::ElementsAre;

TEST(CompilerStatistics, SayWhatWasCompiledAndWhatItsCodeLeftToOthers) {
    jit::Counts counts;
    counts.compiled = 3;
    counts.guest_instructions = 20;
    counts.compile_time = std::chrono::microseconds(1500);
    counts.host_bytes = 250;
    counts.refused = 4;
    counts.failed = 5;
    counts.links = 6;
    counts.jump_misses = 7;
    counts.served = 8;
    counts.faults = 9;
    counts.found = 10;
    counts.invalidated = 11;
    counts.evicted = 12;
    EXPECT_THAT(
        compiler_statistics(counts, 1000, {}, {}, SymbolTable()),
        ElementsAre(
            "compiled 3 blocks of 20 instructions in 1.500 ms to 250 bytes of host code, 12.5 an "
            "instruction; 4 refused, 5 attempts failed",
            "6 exits linked, 7 jumps not found in the jump cache, 8 operations served "
            "by C++, 9 accesses faulted; 10 blocks found compiled, 11 were overwritten, 12 made room"));
}

TEST(CompilerStatistics, SayHowOftenCodeLedOnByItself) {
    jit::Counts counts;
    counts.runs = 20;
    counts.unlinked = 5;
    counts.jump_misses = 10;
    // Of the 100 entries 20 were C++'s and 30 jumps that were found; exits that are linked did the other 50.
    EXPECT_EQ(
        compiler_statistics(counts, 1000, {.entries = 100, .look_ups = 40}, {}, SymbolTable()).at(2),
        "100 blocks entered, 20 times by C++; of exits that can be linked 90.91 % led on by themselves, "
        "of 40 jumps looked up 75.00 % were found");
    EXPECT_THAT(compiler_statistics(counts, 1000, {.entries = 20}, {}, SymbolTable()).at(2),
                ::testing::HasSubstr("of 0 jumps looked up none were found"));
}

TEST(CompilerStatistics, NameTheHottestBlocks) {
    SymbolTable symbols;
    symbols.add(vm::testing::ElfImage().parse().value(), 0);
    const std::array hottest = {HotBlock{0x10004, 5, 100, 450}, HotBlock{0x20, 1, 50, 50}};
    const auto lines = compiler_statistics({}, 1000, {}, hottest, symbols);
    ASSERT_EQ(lines.size(), 5u);
    EXPECT_EQ(lines[2], "hottest blocks: entries x instructions that ran of the block's, share of all");
    EXPECT_EQ(lines[3], "         100 x 4.5 of 5    45.0 %  0x10004 <main>");
    EXPECT_EQ(lines[4], "          50 x 1.0 of 1     5.0 %  0x20");
}

}  // namespace
}  // namespace vm::native
