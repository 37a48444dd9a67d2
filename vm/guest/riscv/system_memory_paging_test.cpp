// Addresses that satp has translated.

#include <gtest/gtest.h>

#include "vm/guest/riscv/system_memory.h"
#include "vm/mmu/page_table_builder.h"

namespace vm::guest::riscv {
namespace {

using mem::PhysAddr;
using mmu::PageTableBuilder;
namespace pte = mmu::pte;

constexpr std::uint64_t kBase = 0x80000000;
constexpr std::uint64_t kSize = 0x400000;
constexpr std::uint64_t kTables = kBase + 0x100000;
constexpr std::uint64_t kNapotAll = (std::uint64_t{1} << 53) - 1;
constexpr std::uint64_t kUsed = pte::kAccessed | pte::kDirty;
constexpr std::uint64_t kData = pte::kRead | pte::kWrite | kUsed;
constexpr std::uint64_t kAt = 0x40000000;

constexpr std::uint16_t number(Csr csr) { return static_cast<std::uint16_t>(csr); }

class Paging : public ::testing::Test {
  protected:
    Paging() {
        write_csr(Csr::pmpaddr0, kNapotAll);
        write_csr(Csr::pmpcfg0, 0x1f);
    }

    void write_csr(Csr csr, std::uint64_t value) { ASSERT_TRUE(csrs_.write(number(csr), value).has_value()); }
    void set_status(std::uint64_t bits) {
        write_csr(Csr::sstatus, csrs_.read(number(Csr::sstatus)).value() | bits);
    }
    void use_tables(std::uint64_t asid = 0) {
        const PhysAddr root = builder_.table().root;
        write_csr(Csr::satp, std::uint64_t{8} << 60 | asid << 44 | raw(root) >> 12);
    }
    void to(Privilege privilege) {
        write_csr(Csr::mstatus, static_cast<std::uint64_t>(privilege) << 11);
        ASSERT_TRUE(csrs_.mret().has_value());
    }
    void to_supervisor() {
        use_tables();
        to(Privilege::supervisor);
    }
    engine::Trap load_trap(std::uint64_t address, unsigned size = 8) {
        EXPECT_EQ(memory_.load_pointer(address, size), nullptr);
        EXPECT_FALSE(memory_.load_slow(address, size));
        return memory_.slow().trap;
    }
    engine::Trap store_trap(std::uint64_t address, unsigned size = 8) {
        EXPECT_EQ(memory_.store_pointer(address, size), nullptr);
        EXPECT_FALSE(memory_.store_slow(address, size, 0));
        return memory_.slow().trap;
    }
    std::byte* host(std::uint64_t address) { return ram_.host(PhysAddr{address}); }

    mem::GuestRam ram_ = mem::GuestRam::create(PhysAddr{kBase}, kSize).value();
    mem::MmioBus bus_;
    CsrFile csrs_{HartKind::machine, 0, [] { return std::uint64_t{0}; }};
    SystemMemory memory_{ram_, bus_, csrs_};
    PageTableBuilder builder_{ram_, mmu::PagingMode::sv39, PhysAddr{kTables}};
};

TEST_F(Paging, LoadsAndStoresGoWhereTheTablesSay) {
    builder_.map(kAt, kBase + 0x3000, kData);
    to_supervisor();
    EXPECT_TRUE(memory_.store_slow(kAt + 8, 8, 42));
    EXPECT_EQ(*ram_.read<std::uint64_t>(PhysAddr{kBase + 0x3008}), 42u);
    EXPECT_EQ(memory_.store_pointer(kAt + 16, 8), host(kBase + 0x3010));
    EXPECT_TRUE(memory_.load_slow(kAt + 8, 8));
    EXPECT_EQ(memory_.slow().value, 42u);
    EXPECT_EQ(memory_.load_pointer(kAt + 16, 8), host(kBase + 0x3010));
}

TEST_F(Paging, MachineModeIsNotTranslated) {
    use_tables();
    EXPECT_TRUE(memory_.load_slow(kBase, 8));
    EXPECT_EQ(load_trap(kAt), (engine::Trap{cause::kLoadAccess, kAt}));
}

TEST_F(Paging, MissingPageIsAPageFaultOfTheAccessesKind) {
    to_supervisor();
    EXPECT_EQ(load_trap(kAt), (engine::Trap{cause::kLoadPage, kAt}));
    EXPECT_EQ(store_trap(kAt), (engine::Trap{cause::kStorePage, kAt}));
    EXPECT_FALSE(memory_.fetch(kAt));
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kFetchPage, kAt}));
}

TEST_F(Paging, SupervisorReachesUserPagesUnderSumAlone) {
    builder_.map(kAt, kBase, kData | pte::kUser);
    to_supervisor();
    EXPECT_EQ(load_trap(kAt), (engine::Trap{cause::kLoadPage, kAt}));
    set_status(1 << 18);
    EXPECT_TRUE(memory_.load_slow(kAt, 8));
    EXPECT_NE(memory_.load_pointer(kAt, 8), nullptr);
    write_csr(Csr::sstatus, 0);
    EXPECT_EQ(memory_.load_pointer(kAt, 8), nullptr);
    set_status(1 << 18);
    EXPECT_NE(memory_.load_pointer(kAt, 8), nullptr);  // nothing was forgotten
}

TEST_F(Paging, ExecutablePagesAreReadableUnderMxrAlone) {
    builder_.map(kAt, kBase, pte::kExecute | kUsed);
    to_supervisor();
    EXPECT_EQ(load_trap(kAt), (engine::Trap{cause::kLoadPage, kAt}));
    set_status(1 << 19);
    EXPECT_TRUE(memory_.load_slow(kAt, 8));
    write_csr(Csr::sstatus, 0);
    EXPECT_EQ(load_trap(kAt), (engine::Trap{cause::kLoadPage, kAt}));
}

TEST_F(Paging, MprvTranslatesMachineModesDataAsSupervisor) {
    builder_.map(kAt, kBase + 0x2000, kData);
    use_tables();
    write_csr(Csr::mstatus, std::uint64_t{1} << 17 | std::uint64_t{1} << 11);
    EXPECT_TRUE(memory_.load_slow(kAt, 8));
    EXPECT_EQ(memory_.load_pointer(kAt, 8), host(kBase + 0x2000));
    EXPECT_TRUE(memory_.fetch(kBase));
}

TEST_F(Paging, AccessedAndDirtyFaultUnlessTheHartUpdatesThem) {
    const PhysAddr leaf = builder_.map(kAt, kBase, pte::kRead | pte::kWrite);
    to_supervisor();
    EXPECT_EQ(load_trap(kAt), (engine::Trap{cause::kLoadPage, kAt}));
    csrs_.enter_trap({cause::kEcallFromS, 0}, 0);
    write_csr(Csr::menvcfg, std::uint64_t{1} << 61);
    to_supervisor();
    EXPECT_TRUE(memory_.load_slow(kAt, 8));
    EXPECT_EQ(*ram_.read<std::uint64_t>(leaf) & kUsed, pte::kAccessed);
    EXPECT_EQ(memory_.store_pointer(kAt, 8), nullptr);
    EXPECT_TRUE(memory_.store_slow(kAt, 8, 1));
    EXPECT_EQ(*ram_.read<std::uint64_t>(leaf) & kUsed, kUsed);
}

TEST_F(Paging, MisalignedAccessAcrossPagesReachesBoth) {
    builder_.map(kAt, kBase + 0x5000, kData);
    builder_.map(kAt + 0x1000, kBase + 0x2000, kData);
    to_supervisor();
    EXPECT_TRUE(memory_.store_slow(kAt + 0xffd, 8, 0x8877665544332211));
    EXPECT_EQ(*ram_.read<std::uint16_t>(PhysAddr{kBase + 0x5ffd}), 0x2211u);
    EXPECT_EQ(*ram_.read<std::uint32_t>(PhysAddr{kBase + 0x2000}), 0x77665544u);
    EXPECT_TRUE(memory_.load_slow(kAt + 0xffd, 8));
    EXPECT_EQ(memory_.slow().value, 0x8877665544332211u);
}

TEST_F(Paging, FaultInTheSecondPageNamesItsFirstByteAndWritesNothing) {
    builder_.map(kAt, kBase + 0x5000, kData);
    to_supervisor();
    EXPECT_EQ(store_trap(kAt + 0xffd), (engine::Trap{cause::kStorePage, kAt + 0x1000}));
    EXPECT_EQ(*ram_.read<std::uint16_t>(PhysAddr{kBase + 0x5ffd}), 0u);
    EXPECT_EQ(load_trap(kAt + 0xffd), (engine::Trap{cause::kLoadPage, kAt + 0x1000}));
}

TEST_F(Paging, TranslationsStayUntilTheFence) {
    builder_.map(kAt, kBase + 0x1000, kData);
    to_supervisor();
    EXPECT_TRUE(memory_.load_slow(kAt, 8));
    builder_.map(kAt, kBase + 0x2000, kData);
    EXPECT_EQ(memory_.load_pointer(kAt, 8), host(kBase + 0x1000));
    memory_.translation_fence({.all_addresses = false, .all_spaces = true, .address = kAt, .asid = 0});
    EXPECT_TRUE(memory_.load_slow(kAt, 8));
    EXPECT_EQ(memory_.load_pointer(kAt, 8), host(kBase + 0x2000));
}

TEST_F(Paging, AddressSpacesAreToldApartAndRemembered) {
    builder_.map(kAt, kBase + 0x1000, kData);
    use_tables(5);
    to(Privilege::supervisor);
    EXPECT_TRUE(memory_.load_slow(kAt, 8));
    use_tables(6);
    EXPECT_EQ(memory_.load_pointer(kAt, 8), nullptr);
    use_tables(5);
    EXPECT_NE(memory_.load_pointer(kAt, 8), nullptr);
    memory_.translation_fence({.all_addresses = true, .all_spaces = false, .address = 0, .asid = 5});
    EXPECT_EQ(memory_.load_pointer(kAt, 8), nullptr);
}

TEST_F(Paging, TableThatPmpForbidsIsAnAccessFault) {
    builder_.map(kAt, kBase, kData);
    write_csr(Csr::pmpaddr1, kNapotAll);
    write_csr(Csr::pmpaddr0, kTables >> 2 | 0x1ff);  // 4 KiB: the root
    write_csr(Csr::pmpcfg0, 0x1f18);
    to_supervisor();
    EXPECT_EQ(load_trap(kAt), (engine::Trap{cause::kLoadAccess, kAt}));
}

TEST_F(Paging, PageOutsideRamIsAnAccessFaultAtItsVirtualAddress) {
    builder_.map(kAt, 0x1000, kData);
    to_supervisor();
    EXPECT_EQ(load_trap(kAt + 8), (engine::Trap{cause::kLoadAccess, kAt + 8}));
    EXPECT_EQ(memory_.atomic_pointer(kAt, 8), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kStoreAccess, kAt}));
}

TEST_F(Paging, AtomicNeedsAWritablePage) {
    builder_.map(kAt, kBase, pte::kRead | kUsed);
    to_supervisor();
    EXPECT_NE(memory_.reserve_pointer(kAt, 8), nullptr);
    EXPECT_EQ(memory_.atomic_pointer(kAt, 8), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kStorePage, kAt}));
}

TEST_F(Paging, StoreThroughAnAliasOfDecodedCodeIsNoticed) {
    builder_.map(kAt, kBase + 0x6000, pte::kRead | pte::kExecute | kUsed);
    builder_.map(kAt + 0x1000, kBase + 0x6000, kData);
    to_supervisor();
    EXPECT_TRUE(memory_.store_slow(kAt + 0x1000, 4, 1));
    EXPECT_TRUE(memory_.fetch(kAt));
    EXPECT_EQ(memory_.slow().code, host(kBase + 0x6000));
    EXPECT_EQ(memory_.store_pointer(kAt + 0x1000, 4), nullptr);
    const std::uint64_t generation = memory_.code_generation();
    EXPECT_TRUE(memory_.store_slow(kAt + 0x1000, 4, 2));
    EXPECT_EQ(memory_.code_generation(), generation + 1);
    EXPECT_EQ(memory_.overwritten_code(generation + 1), host(kBase + 0x6000));
}

TEST_F(Paging, CodeSpaceTellsAddressSpacesApart) {
    use_tables(5);
    to(Privilege::supervisor);
    const std::uint64_t five = memory_.code_space();
    const std::uint64_t mapping = memory_.code_mapping();
    use_tables(6);
    EXPECT_NE(memory_.code_space(), five);
    EXPECT_EQ(memory_.code_mapping(), mapping);
    write_csr(Csr::satp, 0);
    EXPECT_GT(memory_.code_mapping(), mapping);
}

}  // namespace
}  // namespace vm::guest::riscv
