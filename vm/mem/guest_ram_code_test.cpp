// Which pages hold code, and which of them were overwritten.
#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "vm/mem/guest_ram.h"
#include "vm/mem/guest_ram_fixture.h"

namespace vm::mem {
namespace {

using GuestRamCode = GuestRamTest;

TEST_F(GuestRamCode, AWriteToPlainPagesKeepsTheGeneration) {
    GuestRam ram = make();
    ram.mark_code(kBase, 4);
    const auto before = ram.code_generation();
    ASSERT_TRUE(ram.write<std::uint64_t>(kBase + kPageSize, 1).has_value());
    ASSERT_TRUE(ram.write_bytes(kBase + kPageSize, counted(64)).has_value());
    EXPECT_EQ(ram.code_generation(), before);
    EXPECT_TRUE(ram.flags_at(kBase) & page::kCode);
}

TEST_F(GuestRamCode, MarkingAloneDoesNotAdvanceTheGeneration) {
    GuestRam ram = make();
    const auto before = ram.code_generation();
    ram.mark_code(kBase, kSize);
    EXPECT_EQ(ram.code_generation(), before);
}

TEST_F(GuestRamCode, EveryKindOfWriteToCodeAdvancesTheGenerationAndClearsTheFlag) {
    using Write = void (*)(GuestRam&);
    constexpr std::array<Write, 5> kWrites = {
        [](GuestRam& ram) { EXPECT_TRUE(ram.write<std::uint8_t>(kBase + 10, 1).has_value()); },
        [](GuestRam& ram) { EXPECT_TRUE(ram.write_bytes(kBase + 10, counted(1)).has_value()); },
        [](GuestRam& ram) { EXPECT_TRUE(ram.fill(kBase + 10, 1, std::byte{1}).has_value()); },
        [](GuestRam& ram) { ram.store_notify(kBase + 10, 1); },
        [](GuestRam& ram) { ram.set_permissions(kBase, kPageSize, page::kRead); },
    };
    for (const Write write : kWrites) {
        GuestRam ram = make();
        ram.mark_code(kBase, 4);
        const auto before = ram.code_generation();
        write(ram);
        EXPECT_GT(ram.code_generation(), before);
        EXPECT_FALSE(ram.flags_at(kBase) & page::kCode);
    }
}

TEST_F(GuestRamCode, OneAdvanceIsEnoughUntilCodeIsDecodedAgain) {
    GuestRam ram = make();
    ram.mark_code(kBase, 4);
    ASSERT_TRUE(ram.write<std::uint8_t>(kBase, 1).has_value());
    const auto after_first = ram.code_generation();
    ASSERT_TRUE(ram.write<std::uint8_t>(kBase, 2).has_value());
    EXPECT_EQ(ram.code_generation(), after_first);
    ram.mark_code(kBase, 4);
    ASSERT_TRUE(ram.write<std::uint8_t>(kBase, 3).has_value());
    EXPECT_GT(ram.code_generation(), after_first);
}

TEST_F(GuestRamCode, AScalarThatEndsInACodePageIsNoticed) {
    GuestRam ram = make();
    ram.mark_code(kBase + kPageSize, 4);
    const auto before = ram.code_generation();
    ASSERT_TRUE(ram.write<std::uint16_t>(kBase + (kPageSize - 1), 1).has_value());
    EXPECT_GT(ram.code_generation(), before);
    EXPECT_FALSE(ram.flags_at(kBase + kPageSize) & page::kCode);
}

TEST_F(GuestRamCode, AScalarThatEndsJustBeforeACodePageIsNot) {
    GuestRam ram = make();
    ram.mark_code(kBase + kPageSize, 4);
    const auto before = ram.code_generation();
    ASSERT_TRUE(ram.write<std::uint64_t>(kBase + (kPageSize - 8), 1).has_value());
    EXPECT_EQ(ram.code_generation(), before);
}

TEST_F(GuestRamCode, BytesThatEndInACodePageAreNoticedAndOtherPagesKeepTheirFlag) {
    GuestRam ram = make();
    ram.mark_code(kBase + 2 * kPageSize, 4);
    ram.mark_code(kBase + 3 * kPageSize, 4);
    const auto before = ram.code_generation();
    ASSERT_TRUE(ram.write_bytes(kBase + 5, counted(2 * kPageSize)).has_value());
    EXPECT_GT(ram.code_generation(), before);
    EXPECT_FALSE(ram.flags_at(kBase + 2 * kPageSize) & page::kCode);
    EXPECT_TRUE(ram.flags_at(kBase + 3 * kPageSize) & page::kCode);
}

TEST_F(GuestRamCode, AGuardOutlastsWrites) {
    GuestRam ram = make();
    EXPECT_FALSE(ram.mark_guarded_code(kBase + 8));
    EXPECT_TRUE(ram.end_guard(kBase, ram.begin_guard(kBase)));
    EXPECT_TRUE(ram.mark_guarded_code(kBase + 8));
    EXPECT_TRUE(ram.mark_guarded_code(kBase + 16));
    EXPECT_FALSE(ram.mark_guarded_code(kBase + kPageSize));
    const auto before = ram.code_generation();
    ASSERT_TRUE(ram.write<std::uint8_t>(kBase, 1).has_value());
    EXPECT_EQ(ram.code_generation(), before + 1);
    EXPECT_FALSE(ram.flags_at(kBase) & page::kCode);
    ram.report_store(kBase);
    EXPECT_EQ(ram.code_generation(), before + 1);
    EXPECT_TRUE(ram.mark_guarded_code(kBase));
    ram.report_store(kBase + 7);
    EXPECT_EQ(ram.code_generation(), before + 2);
    EXPECT_EQ(ram.overwritten_code(before + 2), kBase);
    EXPECT_EQ(ram.permissions_at(kBase), page::kPermissions);
}

TEST_F(GuestRamCode, AReleasedGuardIsAWriteAndEndsWhatWasBegun) {
    GuestRam ram = make();
    EXPECT_TRUE(ram.end_guard(kBase, ram.begin_guard(kBase)));
    EXPECT_TRUE(ram.mark_guarded_code(kBase));
    const auto before = ram.code_generation();
    const auto begun = ram.begin_guard(kBase + kPageSize);
    ram.release_guard(kBase + 5);
    EXPECT_EQ(ram.code_generation(), before + 1);
    EXPECT_EQ(ram.overwritten_code(before + 1), kBase);
    EXPECT_EQ(ram.flags_at(kBase), page::kPermissions);
    EXPECT_FALSE(ram.end_guard(kBase + kPageSize, begun));
    EXPECT_FALSE(ram.mark_guarded_code(kBase + kPageSize));
    ram.release_guard(kBase);
    EXPECT_EQ(ram.code_generation(), before + 1);
}

TEST_F(GuestRamCode, MarkingAnInstructionAcrossAPageMarksBoth) {
    GuestRam ram = make();
    ram.mark_code(kBase + (kPageSize - 2), 4);
    EXPECT_TRUE(ram.flags_at(kBase) & page::kCode);
    EXPECT_TRUE(ram.flags_at(kBase + kPageSize) & page::kCode);
    EXPECT_FALSE(ram.flags_at(kBase + 2 * kPageSize) & page::kCode);
}

TEST_F(GuestRamCode, ARefusedWriteDoesNotAdvanceTheGeneration) {
    GuestRam ram = make();
    ram.mark_code(kBase, kSize);
    const auto before = ram.code_generation();
    EXPECT_FALSE(ram.write<std::uint64_t>(kEnd + ~std::uint64_t{3}, 1).has_value());
    EXPECT_FALSE(ram.write_bytes(kBase, counted(kSize + 1)).has_value());
    EXPECT_EQ(ram.code_generation(), before);
}

TEST_F(GuestRamCode, NoBytesNotifyNothing) {
    GuestRam ram = make();
    ram.mark_code(kBase, kSize);
    const auto before = ram.code_generation();
    ram.store_notify(kBase, 0);
    ram.store_notify(kEnd, 0);
    ASSERT_TRUE(ram.write_bytes(kBase, {}).has_value());
    EXPECT_EQ(ram.code_generation(), before);
}

TEST_F(GuestRamCode, AMarkThatIsSetWhilePermissionsChangeStaysOrCountsAsOverwritten) {
    constexpr std::uint64_t kPages = 1 << 14;
    GuestRam ram = make(kBase, kPages * kPageSize, Backing::reserved);
    for (int round = 0; round < 20; ++round) {
        const std::uint64_t before = ram.code_generation();
        std::atomic<int> ready = 0;
        const auto start = [&ready] {
            for (++ready; ready != 2;) {
            }
        };
        std::thread decoder([&] {
            start();
            ram.mark_code(kBase, ram.size());
        });
        start();
        ram.set_permissions(kBase, ram.size(), page::kRead | page::kExecute);
        decoder.join();
        const auto marked = std::count_if(ram.flags(), ram.flags() + kPages,
                                          [](std::uint8_t flags) { return (flags & page::kCode) != 0; });
        ASSERT_EQ(static_cast<std::uint64_t>(marked) + (ram.code_generation() - before), kPages);
        ram.store_notify(kBase, ram.size());
    }
}

}  // namespace
}  // namespace vm::mem
