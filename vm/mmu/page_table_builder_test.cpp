#include "vm/mmu/page_table_builder.h"

#include <gtest/gtest.h>

#include "vm/mmu/ram_pte_memory.h"

namespace vm::mmu {
namespace {

constexpr mem::PhysAddr kBase{0x80000000};
constexpr std::uint64_t kFlags = pte::kRead | pte::kUser | pte::kAccessed;

TEST(PageTableBuilder, WhatItMapsIsFoundByAWalk) {
    auto ram = mem::GuestRam::create(kBase, 16 * mem::kPageSize).value();
    RamPteMemory memory(ram);
    PageTableBuilder tables(ram, PagingMode::sv48, kBase);
    const auto leaf = tables.map(0x7fff'1234'5000, 0x9000'0000, kFlags);
    tables.map(0x4000'0000, 0xc000'0000, kFlags, 2);
    const Walk small = walk(memory, tables.table(), {.address = 0x7fff'1234'5678});
    EXPECT_EQ(raw(small.translation.mapping.address), 0x9000'0678U);
    EXPECT_EQ(small.leaf, leaf);
    const Walk large = walk(memory, tables.table(), {.address = 0x4123'4567});
    EXPECT_EQ(raw(large.translation.mapping.address), 0xc123'4567U);
    EXPECT_EQ(large.translation.mapping.page_shift, 30);
}

TEST(PageTableBuilder, PagesOfOneRegionShareTheirTables) {
    auto ram = mem::GuestRam::create(kBase, 16 * mem::kPageSize).value();
    PageTableBuilder tables(ram, PagingMode::sv39, kBase);
    tables.map(0x1000, 0x9000'0000, kFlags);
    EXPECT_EQ(tables.end(), kBase + 3 * mem::kPageSize);
    tables.map(0x2000, 0x9000'0000, kFlags);
    EXPECT_EQ(tables.end(), kBase + 3 * mem::kPageSize);
}

}  // namespace
}  // namespace vm::mmu
