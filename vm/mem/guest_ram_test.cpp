#include "vm/mem/guest_ram.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <sys/mman.h>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::mem {
namespace {

using ::testing::HasSubstr;

constexpr PhysAddr kBase{0x80000000};
constexpr std::uint64_t kSize = 4 * kPageSize;
constexpr PhysAddr kEnd = kBase + kSize;

GuestRam make(PhysAddr base = kBase, std::uint64_t size = kSize, Backing backing = Backing::committed) {
    auto made = GuestRam::create(base, size, backing);
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
}

std::vector<std::byte> counted(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::byte>(i + 1);
    }
    return bytes;
}

bool all_zero(const GuestRam& ram) {
    const std::byte* first = ram.host(ram.base());
    return std::all_of(first, first + ram.size(), [](std::byte byte) { return byte == std::byte{0}; });
}

TEST(GuestRam, IsZeroAndHasAllPermissionsWhenFresh) {
    const GuestRam ram = make();
    EXPECT_EQ(ram.base(), kBase);
    EXPECT_EQ(ram.size(), kSize);
    EXPECT_TRUE(all_zero(ram));
    for (std::uint64_t page = 0; page < kSize >> kPageShift; ++page) {
        EXPECT_EQ(ram.flags()[page], page::kRead | page::kWrite | page::kExecute);
    }
}

TEST(GuestRam, LargeOnesBeginAtAHugePageOfTheHost) {
    constexpr std::uint64_t kHugePage = std::uint64_t{2} << 20;
    const GuestRam ram = GuestRam::create(kBase, kHugePage + kPageSize).value();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(ram.host(kBase)) % kHugePage, 0u);
    EXPECT_TRUE(all_zero(ram));
}

TEST(GuestRam, RangesThatAreNotWholePagesAreRefused) {
    EXPECT_THAT(GuestRam::create(kBase, 0).error().message, HasSubstr("not a range of whole 4 KiB pages"));
    EXPECT_FALSE(GuestRam::create(kBase, kPageSize + 1).has_value());
    EXPECT_FALSE(GuestRam::create(kBase + 1, kPageSize).has_value());
}

TEST(GuestRam, ARangeThatWrapsIsRefusedAndTheLastPageIsNot) {
    const PhysAddr last_page{~std::uint64_t{0} - (kPageSize - 1)};
    EXPECT_FALSE(GuestRam::create(last_page, 2 * kPageSize).has_value());
    EXPECT_TRUE(GuestRam::create(last_page, kPageSize).has_value());
}

TEST(GuestRam, MoreThanTheHostHasIsAnErrorThatSaysSo) {
    const auto made = GuestRam::create(PhysAddr{0}, std::uint64_t{1} << 62, Backing::reserved);
    ASSERT_FALSE(made.has_value());
    EXPECT_THAT(made.error().message, HasSubstr("cannot get 4611686018427387904 bytes"));
    const auto nearly_all = GuestRam::create(PhysAddr{0}, ~std::uint64_t{0} - (kPageSize - 1));
    ASSERT_FALSE(nearly_all.has_value());
    EXPECT_THAT(nearly_all.error().message, HasSubstr("bytes of guest memory"));
}

TEST(GuestRam, ContainsRangesUpToItsEndAndNotBeyond) {
    const GuestRam ram = make();
    EXPECT_TRUE(ram.contains(kBase, kSize));
    EXPECT_TRUE(ram.contains(kBase + (kSize - 1), 1));
    EXPECT_FALSE(ram.contains(kBase + (kSize - 1), 2));
    EXPECT_FALSE(ram.contains(kBase, kSize + 1));
    EXPECT_FALSE(ram.contains(PhysAddr{0x7fffffff}, 1));
    EXPECT_FALSE(ram.contains(PhysAddr{0x7fffffff}, kSize));
}

TEST(GuestRam, ContainsAnEmptyRangeAtItsEndButNotBeyond) {
    const GuestRam ram = make();
    EXPECT_TRUE(ram.contains(kBase, 0));
    EXPECT_TRUE(ram.contains(kEnd, 0));
    EXPECT_FALSE(ram.contains(kEnd + 1, 0));
}

TEST(GuestRam, ContainsNothingThatWrapsAroundTheAddressSpace) {
    const GuestRam ram = make();
    EXPECT_FALSE(ram.contains(PhysAddr{~std::uint64_t{0}}, 2));
    EXPECT_FALSE(ram.contains(kBase, ~std::uint64_t{0}));
    EXPECT_FALSE(ram.contains(kBase + 16, ~std::uint64_t{0} - 8));
}

template <class T>
class GuestRamScalar : public ::testing::Test {};

using Widths = ::testing::Types<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(GuestRamScalar, Widths);

TYPED_TEST(GuestRamScalar, AWriteIsReadBackAtEveryAlignment) {
    GuestRam ram = make();
    for (std::uint64_t offset = 0; offset < 16; ++offset) {
        const auto value = static_cast<TypeParam>(0x8877665544332211 + offset);
        ASSERT_TRUE(ram.write<TypeParam>(kBase + offset, value).has_value());
        EXPECT_EQ(ram.read<TypeParam>(kBase + offset), value);
    }
}

TYPED_TEST(GuestRamScalar, AccessesMayCrossAPage) {
    GuestRam ram = make();
    const PhysAddr crossing = kBase + (kPageSize - 1);
    const auto value = static_cast<TypeParam>(0x8877665544332211);
    ASSERT_TRUE(ram.write<TypeParam>(crossing, value).has_value());
    EXPECT_EQ(ram.read<TypeParam>(crossing), value);
}

TYPED_TEST(GuestRamScalar, TheLastBytesAreInsideAndOneFurtherIsNot) {
    GuestRam ram = make();
    const PhysAddr last = kBase + (kSize - sizeof(TypeParam));
    EXPECT_TRUE(ram.write<TypeParam>(last, 1).has_value());
    EXPECT_TRUE(ram.read<TypeParam>(last).has_value());
    EXPECT_FALSE(ram.read<TypeParam>(last + 1).has_value());
    EXPECT_EQ(ram.read<TypeParam>(last + 1).error(), AccessFault::out_of_range);
    EXPECT_EQ(ram.write<TypeParam>(last + 1, 1).error(), AccessFault::out_of_range);
}

TYPED_TEST(GuestRamScalar, AddressesOutsideFaultAndChangeNothing) {
    GuestRam ram = make();
    constexpr TypeParam kOnes = std::numeric_limits<TypeParam>::max();
    for (const PhysAddr outside :
         {PhysAddr{0}, PhysAddr{0x7fffffff}, kEnd, kEnd + 1, PhysAddr{~std::uint64_t{0}}}) {
        EXPECT_FALSE(ram.read<TypeParam>(outside).has_value()) << raw(outside);
        EXPECT_FALSE(ram.write<TypeParam>(outside, kOnes).has_value()) << raw(outside);
    }
    EXPECT_TRUE(all_zero(ram));
}

TEST(GuestRam, ScalarsAreLittleEndian) {
    GuestRam ram = make();
    ASSERT_TRUE(ram.write<std::uint32_t>(kBase, 0x04030201).has_value());
    EXPECT_EQ(ram.read<std::uint8_t>(kBase), 1);
    EXPECT_EQ(ram.read<std::uint16_t>(kBase + 2), 0x0403);
}

TEST(GuestRam, ATopOfMemoryRangeDoesNotReachAddressZero) {
    const PhysAddr last_page{~std::uint64_t{0} - (kPageSize - 1)};
    GuestRam ram = make(last_page, kPageSize);
    EXPECT_TRUE(ram.read<std::uint64_t>(last_page + (kPageSize - 8)).has_value());
    EXPECT_FALSE(ram.read<std::uint64_t>(last_page + (kPageSize - 7)).has_value());
    EXPECT_FALSE(ram.read<std::uint64_t>(PhysAddr{0}).has_value());
}

TEST(GuestRam, BytesAreCopiedInAndOut) {
    GuestRam ram = make();
    const auto bytes = counted(2 * kPageSize);
    ASSERT_TRUE(ram.write_bytes(kBase + 100, bytes).has_value());
    std::vector<std::byte> copy(bytes.size());
    ASSERT_TRUE(ram.read_bytes(kBase + 100, copy).has_value());
    EXPECT_EQ(copy, bytes);
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 99), 0);
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + (100 + 2 * kPageSize)), 0);
}

TEST(GuestRam, BytesThatEndAtTheEndAreInside) {
    GuestRam ram = make();
    const auto bytes = counted(kSize);
    EXPECT_TRUE(ram.write_bytes(kBase, bytes).has_value());
    std::vector<std::byte> copy(kSize);
    EXPECT_TRUE(ram.read_bytes(kBase, copy).has_value());
    EXPECT_EQ(copy, bytes);
}

TEST(GuestRam, BytesPartlyOutsideAreNeitherReadNorWritten) {
    GuestRam ram = make();
    const auto bytes = counted(16);
    for (const PhysAddr address :
         {kEnd + ~std::uint64_t{14}, PhysAddr{0x7ffffff8}, PhysAddr{~std::uint64_t{0} - 7}}) {
        EXPECT_EQ(ram.write_bytes(address, bytes).error(), AccessFault::out_of_range);
        auto buffer = counted(16);
        EXPECT_EQ(ram.read_bytes(address, buffer).error(), AccessFault::out_of_range);
        EXPECT_EQ(buffer, bytes);
        EXPECT_EQ(ram.fill(address, 16, std::byte{1}).error(), AccessFault::out_of_range);
    }
    EXPECT_TRUE(all_zero(ram));
}

TEST(GuestRam, NoBytesAreAlwaysCopiedInsideAndAtTheEnd) {
    GuestRam ram = make();
    EXPECT_TRUE(ram.read_bytes(kEnd, {}).has_value());
    EXPECT_TRUE(ram.write_bytes(kEnd, {}).has_value());
    EXPECT_TRUE(ram.fill(kEnd, 0, std::byte{1}).has_value());
    EXPECT_FALSE(ram.read_bytes(kEnd + 1, {}).has_value());
}

TEST(GuestRam, FillSetsItsRangeAlone) {
    GuestRam ram = make();
    ASSERT_TRUE(ram.fill(kBase + 4000, 200, std::byte{0x5a}).has_value());
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 3999), 0);
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 4000), 0x5a);
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 4199), 0x5a);
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 4200), 0);
}

TEST(GuestRam, FillOfALengthThatOverflowsIsRefused) {
    GuestRam ram = make();
    EXPECT_FALSE(ram.fill(kBase + 8, ~std::uint64_t{0}, std::byte{1}).has_value());
    EXPECT_TRUE(all_zero(ram));
}

TEST(GuestRam, HostPointersSeeTheSameMemory) {
    GuestRam ram = make();
    *ram.host(kBase + 5) = std::byte{7};
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 5), 7);
}

TEST(GuestRamCode, AWriteToPlainPagesKeepsTheGeneration) {
    GuestRam ram = make();
    ram.mark_code(kBase, 4);
    const auto before = ram.code_generation();
    ASSERT_TRUE(ram.write<std::uint64_t>(kBase + kPageSize, 1).has_value());
    ASSERT_TRUE(ram.write_bytes(kBase + kPageSize, counted(64)).has_value());
    EXPECT_EQ(ram.code_generation(), before);
    EXPECT_TRUE(ram.flags_at(kBase) & page::kCode);
}

TEST(GuestRamCode, MarkingAloneDoesNotAdvanceTheGeneration) {
    GuestRam ram = make();
    const auto before = ram.code_generation();
    ram.mark_code(kBase, kSize);
    EXPECT_EQ(ram.code_generation(), before);
}

TEST(GuestRamCode, EveryKindOfWriteToCodeAdvancesTheGenerationAndClearsTheFlag) {
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

TEST(GuestRamCode, OneAdvanceIsEnoughUntilCodeIsDecodedAgain) {
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

TEST(GuestRamCode, AScalarThatEndsInACodePageIsNoticed) {
    GuestRam ram = make();
    ram.mark_code(kBase + kPageSize, 4);
    const auto before = ram.code_generation();
    ASSERT_TRUE(ram.write<std::uint16_t>(kBase + (kPageSize - 1), 1).has_value());
    EXPECT_GT(ram.code_generation(), before);
    EXPECT_FALSE(ram.flags_at(kBase + kPageSize) & page::kCode);
}

TEST(GuestRamCode, AScalarThatEndsJustBeforeACodePageIsNot) {
    GuestRam ram = make();
    ram.mark_code(kBase + kPageSize, 4);
    const auto before = ram.code_generation();
    ASSERT_TRUE(ram.write<std::uint64_t>(kBase + (kPageSize - 8), 1).has_value());
    EXPECT_EQ(ram.code_generation(), before);
}

TEST(GuestRamCode, BytesThatEndInACodePageAreNoticedAndOtherPagesKeepTheirFlag) {
    GuestRam ram = make();
    ram.mark_code(kBase + 2 * kPageSize, 4);
    ram.mark_code(kBase + 3 * kPageSize, 4);
    const auto before = ram.code_generation();
    ASSERT_TRUE(ram.write_bytes(kBase + 5, counted(2 * kPageSize)).has_value());
    EXPECT_GT(ram.code_generation(), before);
    EXPECT_FALSE(ram.flags_at(kBase + 2 * kPageSize) & page::kCode);
    EXPECT_TRUE(ram.flags_at(kBase + 3 * kPageSize) & page::kCode);
}

TEST(GuestRamCode, AGuardOutlastsWrites) {
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

TEST(GuestRamCode, AReleasedGuardIsAWriteAndEndsWhatWasBegun) {
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

TEST(GuestRamCode, MarkingAnInstructionAcrossAPageMarksBoth) {
    GuestRam ram = make();
    ram.mark_code(kBase + (kPageSize - 2), 4);
    EXPECT_TRUE(ram.flags_at(kBase) & page::kCode);
    EXPECT_TRUE(ram.flags_at(kBase + kPageSize) & page::kCode);
    EXPECT_FALSE(ram.flags_at(kBase + 2 * kPageSize) & page::kCode);
}

TEST(GuestRamCode, ARefusedWriteDoesNotAdvanceTheGeneration) {
    GuestRam ram = make();
    ram.mark_code(kBase, kSize);
    const auto before = ram.code_generation();
    EXPECT_FALSE(ram.write<std::uint64_t>(kEnd + ~std::uint64_t{3}, 1).has_value());
    EXPECT_FALSE(ram.write_bytes(kBase, counted(kSize + 1)).has_value());
    EXPECT_EQ(ram.code_generation(), before);
}

TEST(GuestRamCode, NoBytesNotifyNothing) {
    GuestRam ram = make();
    ram.mark_code(kBase, kSize);
    const auto before = ram.code_generation();
    ram.store_notify(kBase, 0);
    ram.store_notify(kEnd, 0);
    ASSERT_TRUE(ram.write_bytes(kBase, {}).has_value());
    EXPECT_EQ(ram.code_generation(), before);
}

TEST(GuestRamCode, AMarkThatIsSetWhilePermissionsChangeStaysOrCountsAsOverwritten) {
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

TEST(GuestRamPermissions, ChangeWithoutEndingAGuard) {
    GuestRam ram = make();
    ASSERT_TRUE(ram.end_guard(kBase, ram.begin_guard(kBase)));
    ram.set_permissions(kBase, kSize, page::kRead);
    EXPECT_EQ(ram.flags_at(kBase), page::kRead | page::kGuarding | page::kGuarded);
}

TEST(GuestRamPermissions, OfManyPagesReachTheLastAndNoFurther) {
    constexpr std::uint64_t kPages = 40;
    GuestRam ram = make(kBase, kPages * kPageSize, Backing::reserved);
    ram.mark_code(kBase + 20 * kPageSize, 1);
    ram.set_permissions(kBase + 3 * kPageSize, 34 * kPageSize, page::kRead | page::kWrite);
    for (std::uint64_t page = 0; page < kPages; ++page) {
        EXPECT_EQ(ram.flags()[page], page >= 3 and page < 37 ? page::kRead | page::kWrite : 0) << page;
    }
    EXPECT_EQ(ram.overwritten_code(ram.code_generation()), kBase + 20 * kPageSize);
}

TEST(GuestRamPermissions, AreReplacedForWholePages) {
    GuestRam ram = make();
    ram.set_permissions(kBase + kPageSize, 2 * kPageSize, page::kRead | page::kExecute);
    EXPECT_EQ(ram.flags_at(kBase), page::kPermissions);
    EXPECT_EQ(ram.flags_at(kBase + kPageSize), page::kRead | page::kExecute);
    EXPECT_EQ(ram.flags_at(kBase + (3 * kPageSize - 1)), page::kRead | page::kExecute);
    EXPECT_EQ(ram.flags_at(kBase + 3 * kPageSize), page::kPermissions);
}

TEST(GuestRamPermissions, OtherBitsCannotBeSet) {
    GuestRam ram = make();
    ram.set_permissions(kBase, kPageSize, 0xff);
    EXPECT_EQ(ram.flags_at(kBase), page::kPermissions);
}

TEST(GuestRamPermissions, DoNotBindScalarsBecauseTheirOwnerChecksThem) {
    GuestRam ram = make();
    ram.set_permissions(kBase, kPageSize, 0);
    EXPECT_TRUE(ram.write<std::uint32_t>(kBase, 5).has_value());
    EXPECT_EQ(ram.read<std::uint32_t>(kBase), 5U);
}

TEST(GuestRamPermissions, ChangingNoPageChangesNothing) {
    GuestRam ram = make();
    ram.set_permissions(kEnd, 0, 0);
    EXPECT_EQ(ram.flags_at(kBase + (kSize - 1)), page::kPermissions);
}

TEST(GuestRamReserved, HasAddressSpaceWithoutPermissions) {
    const GuestRam ram = make(PhysAddr{0}, std::uint64_t{1} << 38, Backing::reserved);
    EXPECT_EQ(ram.size(), std::uint64_t{1} << 38);
    EXPECT_EQ(ram.flags_at(PhysAddr{0}), 0);
    EXPECT_EQ(ram.flags_at(PhysAddr{(std::uint64_t{1} << 38) - 1}), 0);
}

TEST(GuestRamReserved, IsUsableWhereTheHostMapsMemoryIntoIt) {
    GuestRam ram = make(PhysAddr{0}, std::uint64_t{1} << 38, Backing::reserved);
    constexpr PhysAddr kPage{0x3f00000000};
    ASSERT_NE(::mmap(ram.host(kPage), kPageSize, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
              MAP_FAILED);
    ram.set_permissions(kPage, kPageSize, page::kRead | page::kWrite);
    ASSERT_TRUE(ram.write<std::uint64_t>(kPage, 77).has_value());
    EXPECT_EQ(ram.read<std::uint64_t>(kPage), 77U);
    EXPECT_EQ(ram.flags_at(kPage), page::kRead | page::kWrite);
}

TEST(GuestRamDeathTest, TouchingReservedMemoryWithoutAMappingIsStoppedByTheHost) {
    GuestRam ram = make(PhysAddr{0}, kSize, Backing::reserved);
    EXPECT_DEATH(static_cast<void>(ram.write<std::uint8_t>(PhysAddr{0}, 1)), "");
}

TEST(GuestRam, WatchedPagesGrantWhatTheyDidAndShowItToNoFastPath) {
    GuestRam ram = make();
    ram.mark_code(kBase, 4);
    ram.watch({{kBase, page::kWrite}, {kBase + 2 * kPageSize, page::kRead | page::kWrite}});
    EXPECT_EQ(ram.flags_at(kBase), page::kRead | page::kExecute | page::kWatchedWrite);
    EXPECT_EQ(ram.flags_at(kBase + kPageSize), page::kPermissions);
    EXPECT_EQ(ram.flags_at(kBase + 2 * kPageSize), page::kExecute | page::kWatchedRead | page::kWatchedWrite);
    EXPECT_EQ(ram.permissions_at(kBase), page::kPermissions);
    ram.watch({});
    EXPECT_EQ(ram.flags_at(kBase), page::kPermissions);
    EXPECT_EQ(ram.flags_at(kBase + 2 * kPageSize), page::kPermissions);
}

TEST(GuestRam, WatchedPagesStayHiddenWhateverTheyAreGranted) {
    GuestRam ram = make();
    ram.watch({{kBase + kPageSize, page::kRead}, {kBase + 3 * kPageSize, page::kWrite}});
    ram.set_permissions(kBase, 3 * kPageSize, page::kRead | page::kWrite);
    EXPECT_EQ(ram.flags_at(kBase), page::kRead | page::kWrite);
    EXPECT_EQ(ram.flags_at(kBase + kPageSize), page::kWrite | page::kWatchedRead);
    EXPECT_EQ(ram.flags_at(kBase + 2 * kPageSize), page::kRead | page::kWrite);
    EXPECT_EQ(ram.flags_at(kBase + 3 * kPageSize), page::kRead | page::kExecute | page::kWatchedWrite);
    ram.set_permissions(kBase + kPageSize, kPageSize, 0);
    EXPECT_EQ(ram.flags_at(kBase + kPageSize), 0);
    ram.set_permissions(kBase + kPageSize, kPageSize, page::kRead);
    EXPECT_EQ(ram.flags_at(kBase + kPageSize), page::kWatchedRead);
    GuestRam moved = std::move(ram);
    moved.watch({});
    EXPECT_EQ(moved.flags_at(kBase + kPageSize), page::kRead);
}

TEST(GuestRamDeathTest, OurOwnMisuseAborts) {
    GuestRam ram = make();
    EXPECT_DEATH(ram.mark_code(kEnd, 4), "guest_ram.cpp");
    EXPECT_DEATH(ram.mark_code(kBase, 0), "guest_ram.cpp");
    EXPECT_DEATH(ram.store_notify(kEnd, 1), "guest_ram.cpp");
    EXPECT_DEATH(ram.set_permissions(kBase + 1, kPageSize, 0), "guest_ram.cpp");
}

TEST(GuestRam, AMoveTakesMemoryFlagsAndGenerationAlong) {
    GuestRam first = make();
    ASSERT_TRUE(first.write<std::uint32_t>(kBase, 42).has_value());
    first.mark_code(kBase, 4);
    first.store_notify(kBase, 4);
    first.mark_code(kBase, 4);
    const auto generation = first.code_generation();
    GuestRam second = std::move(first);
    EXPECT_EQ(second.read<std::uint32_t>(kBase), 42U);
    EXPECT_EQ(second.code_generation(), generation);
    EXPECT_TRUE(second.flags_at(kBase) & page::kCode);
}

TEST(GuestRam, MoveAssignmentReplacesTheTarget) {
    GuestRam first = make();
    GuestRam second = make(PhysAddr{0}, kPageSize);
    ASSERT_TRUE(first.write<std::uint32_t>(kBase, 42).has_value());
    second = std::move(first);
    EXPECT_EQ(second.base(), kBase);
    EXPECT_EQ(second.size(), kSize);
    EXPECT_EQ(second.read<std::uint32_t>(kBase), 42U);
}

}  // namespace
}  // namespace vm::mem
