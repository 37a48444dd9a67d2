#include "vm/mem/code_journal.h"

#include <gtest/gtest.h>

namespace vm::mem {
namespace {

TEST(CodeJournal, EachRecordAdvancesTheGenerationAndIsFoundByIt) {
    CodeJournal journal;
    EXPECT_EQ(journal.generation(), 0u);
    journal.record(PhysAddr{0x1000});
    journal.record(PhysAddr{0x2000});
    EXPECT_EQ(journal.generation(), 2u);
    EXPECT_EQ(journal.at(1), PhysAddr{0x1000});
    EXPECT_EQ(journal.at(2), PhysAddr{0x2000});
}

TEST(CodeJournal, WhatIsToComeIsNotThere) { EXPECT_FALSE(CodeJournal().at(1).has_value()); }

TEST(CodeJournal, TheOldestAreForgotten) {
    CodeJournal journal;
    for (std::uint64_t page = 1; page <= 65; ++page) {
        journal.record(PhysAddr{page << kPageShift});
    }
    EXPECT_FALSE(journal.at(1).has_value());
    EXPECT_EQ(journal.at(2), PhysAddr{0x2000});
    EXPECT_EQ(journal.at(65), PhysAddr{65 << kPageShift});
}

}  // namespace
}  // namespace vm::mem
