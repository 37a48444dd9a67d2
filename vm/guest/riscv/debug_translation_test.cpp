#include "vm/guest/riscv/debug_translation.h"

#include <gtest/gtest.h>

#include "vm/mmu/page_table_builder.h"

namespace vm::guest::riscv {
namespace {

using mem::PhysAddr;
namespace pte = mmu::pte;

constexpr std::uint64_t kBase = 0x80000000;
constexpr std::uint64_t kSize = 0x400000;
constexpr std::uint64_t kTables = kBase + 0x100000;
constexpr std::uint64_t kAt = 0x40000000;

class DebugTranslation : public ::testing::Test {
  protected:
    void to_supervisor() {
        const std::uint64_t root = raw(builder_.table().root);
        ASSERT_TRUE(csrs_.change(static_cast<std::uint16_t>(Csr::satp), std::uint64_t{8} << 60 | root >> 12));
        csrs_.change_privilege(Privilege::supervisor);
    }
    std::optional<PhysAddr> translate(std::uint64_t address) { return debug_translate(ram_, csrs_, address); }

    mem::GuestRam ram_ = mem::GuestRam::create(PhysAddr{kBase}, kSize).value();
    CsrFile csrs_{HartKind::machine, 0, [] { return std::uint64_t{0}; }};
    mmu::PageTableBuilder builder_{ram_, mmu::PagingMode::sv39, PhysAddr{kTables}};
};

TEST_F(DebugTranslation, MachineModeIsNotTranslated) {
    builder_.map(kAt, kBase + 0x3000, pte::kRead);
    to_supervisor();
    csrs_.change_privilege(Privilege::machine);
    EXPECT_EQ(translate(kAt), PhysAddr{kAt});
}

TEST_F(DebugTranslation, FollowsTheTables) {
    builder_.map(kAt, kBase + 0x3000, pte::kRead | pte::kAccessed);
    to_supervisor();
    EXPECT_EQ(translate(kAt + 0x123), PhysAddr{kBase + 0x3123});
    EXPECT_EQ(translate(kAt + 0x1000), std::nullopt);
    EXPECT_EQ(translate(std::uint64_t{1} << 40), std::nullopt);  // not canonical
}

TEST_F(DebugTranslation, PermissionsDoNotMatter) {
    builder_.map(kAt, kBase + 0x3000, pte::kExecute);
    builder_.map(kAt + 0x1000, kBase + 0x4000, pte::kRead | pte::kUser);
    to_supervisor();
    EXPECT_EQ(translate(kAt), PhysAddr{kBase + 0x3000});
    EXPECT_EQ(translate(kAt + 0x1000), PhysAddr{kBase + 0x4000});
    csrs_.change_privilege(Privilege::user);
    EXPECT_EQ(translate(kAt), PhysAddr{kBase + 0x3000});
}

TEST_F(DebugTranslation, LeavesTheTablesAsTheyAre) {
    const PhysAddr leaf = builder_.map(kAt, kBase + 0x3000, pte::kRead);
    to_supervisor();
    const std::uint64_t before = *ram_.read<std::uint64_t>(leaf);
    EXPECT_EQ(translate(kAt), PhysAddr{kBase + 0x3000});
    EXPECT_EQ(*ram_.read<std::uint64_t>(leaf), before);
}

TEST_F(DebugTranslation, ReservedEntryMapsNothing) {
    builder_.map(kAt, kBase + 0x3000, pte::kWrite | pte::kExecute);
    to_supervisor();
    EXPECT_EQ(translate(kAt), std::nullopt);
}

}  // namespace
}  // namespace vm::guest::riscv
