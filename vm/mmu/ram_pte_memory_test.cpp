#include "vm/mmu/ram_pte_memory.h"

#include <gtest/gtest.h>

namespace vm::mmu {
namespace {

using mem::PhysAddr;

constexpr PhysAddr kBase{0x80000000};

TEST(RamPteMemory, LoadsAndSwapsWholeEntries) {
    auto ram = mem::GuestRam::create(kBase, mem::kPageSize).value();
    RamPteMemory memory(ram);
    ASSERT_TRUE(ram.write(kBase + 8, std::uint64_t{0x1234'5678'9abc'def0}));
    EXPECT_EQ(*memory.load(kBase + 8), 0x1234'5678'9abc'def0U);
    EXPECT_EQ(memory.compare_exchange(kBase + 8, 1, 2), PteSwap::changed);
    EXPECT_EQ(memory.compare_exchange(kBase + 8, 0x1234'5678'9abc'def0, 2), PteSwap::done);
    EXPECT_EQ(*memory.load(kBase + 8), 2U);
}

TEST(RamPteMemory, RefusesWhatIsNotRam) {
    auto ram = mem::GuestRam::create(kBase, mem::kPageSize).value();
    RamPteMemory memory(ram);
    EXPECT_FALSE(memory.load(kBase + mem::kPageSize));
    EXPECT_FALSE(memory.load(PhysAddr{0}));
    EXPECT_EQ(memory.compare_exchange(kBase + mem::kPageSize, 0, 1), PteSwap::refused);
}

TEST(RamPteMemory, SwapInAPageOfDecodedCodeIsReported) {
    auto ram = mem::GuestRam::create(kBase, mem::kPageSize).value();
    RamPteMemory memory(ram);
    ram.mark_code(kBase, 4);
    const std::uint64_t before = ram.code_generation();
    EXPECT_EQ(memory.compare_exchange(kBase, 0, 1), PteSwap::done);
    EXPECT_NE(ram.code_generation(), before);
}

}  // namespace
}  // namespace vm::mmu
