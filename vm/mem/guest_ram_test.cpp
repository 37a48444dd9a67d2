#include "vm/mem/guest_ram.h"

#include <algorithm>
#include <limits>
#include <sys/mman.h>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/mem/guest_ram_fixture.h"

namespace vm::mem {
namespace {

using ::testing::HasSubstr;

using GuestRamPermissions = GuestRamTest;
using GuestRamReserved = GuestRamTest;
using GuestRamDeathTest = GuestRamTest;

bool all_zero(const GuestRam& ram) {
    const std::byte* first = ram.host(ram.base());
    return std::all_of(first, first + ram.size(), [](std::byte byte) { return byte == std::byte{0}; });
}

TEST_F(GuestRamTest, IsZeroAndHasAllPermissionsWhenFresh) {
    const GuestRam ram = make();
    EXPECT_EQ(ram.base(), kBase);
    EXPECT_EQ(ram.size(), kSize);
    EXPECT_TRUE(all_zero(ram));
    for (std::uint64_t page = 0; page < kSize >> kPageShift; ++page) {
        EXPECT_EQ(ram.flags()[page], page::kRead | page::kWrite | page::kExecute);
    }
}

TEST_F(GuestRamTest, LargeOnesBeginAtAHugePageOfTheHost) {
    constexpr std::uint64_t kHugePage = std::uint64_t{2} << 20;
    const GuestRam ram = GuestRam::create(kBase, kHugePage + kPageSize).value();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(ram.host(kBase)) % kHugePage, 0u);
    EXPECT_TRUE(all_zero(ram));
}

TEST_F(GuestRamTest, RangesThatAreNotWholePagesAreRefused) {
    EXPECT_THAT(GuestRam::create(kBase, 0).error().message, HasSubstr("not a range of whole 4 KiB pages"));
    EXPECT_FALSE(GuestRam::create(kBase, kPageSize + 1).has_value());
    EXPECT_FALSE(GuestRam::create(kBase + 1, kPageSize).has_value());
}

TEST_F(GuestRamTest, ARangeThatWrapsIsRefusedAndTheLastPageIsNot) {
    const PhysAddr last_page{~std::uint64_t{0} - (kPageSize - 1)};
    EXPECT_FALSE(GuestRam::create(last_page, 2 * kPageSize).has_value());
    EXPECT_TRUE(GuestRam::create(last_page, kPageSize).has_value());
}

TEST_F(GuestRamTest, MoreThanTheHostHasIsAnErrorThatSaysSo) {
    const auto made = GuestRam::create(PhysAddr{0}, std::uint64_t{1} << 62, Backing::reserved);
    ASSERT_FALSE(made.has_value());
    EXPECT_THAT(made.error().message, HasSubstr("cannot get 4611686018427387904 bytes"));
    const auto nearly_all = GuestRam::create(PhysAddr{0}, ~std::uint64_t{0} - (kPageSize - 1));
    ASSERT_FALSE(nearly_all.has_value());
    EXPECT_THAT(nearly_all.error().message, HasSubstr("bytes of guest memory"));
}

TEST_F(GuestRamTest, ContainsRangesUpToItsEndAndNotBeyond) {
    const GuestRam ram = make();
    EXPECT_TRUE(ram.contains(kBase, kSize));
    EXPECT_TRUE(ram.contains(kBase + (kSize - 1), 1));
    EXPECT_FALSE(ram.contains(kBase + (kSize - 1), 2));
    EXPECT_FALSE(ram.contains(kBase, kSize + 1));
    EXPECT_FALSE(ram.contains(PhysAddr{0x7fffffff}, 1));
    EXPECT_FALSE(ram.contains(PhysAddr{0x7fffffff}, kSize));
}

TEST_F(GuestRamTest, ContainsAnEmptyRangeAtItsEndButNotBeyond) {
    const GuestRam ram = make();
    EXPECT_TRUE(ram.contains(kBase, 0));
    EXPECT_TRUE(ram.contains(kEnd, 0));
    EXPECT_FALSE(ram.contains(kEnd + 1, 0));
}

TEST_F(GuestRamTest, ContainsNothingThatWrapsAroundTheAddressSpace) {
    const GuestRam ram = make();
    EXPECT_FALSE(ram.contains(PhysAddr{~std::uint64_t{0}}, 2));
    EXPECT_FALSE(ram.contains(kBase, ~std::uint64_t{0}));
    EXPECT_FALSE(ram.contains(kBase + 16, ~std::uint64_t{0} - 8));
}

template <class T>
class GuestRamScalar : public GuestRamTest {};

using Widths = ::testing::Types<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(GuestRamScalar, Widths);

TYPED_TEST(GuestRamScalar, AWriteIsReadBackAtEveryAlignment) {
    GuestRam ram = TestFixture::make();
    for (std::uint64_t offset = 0; offset < 16; ++offset) {
        const auto value = static_cast<TypeParam>(0x8877665544332211 + offset);
        ASSERT_TRUE(ram.write<TypeParam>(TestFixture::kBase + offset, value).has_value());
        EXPECT_EQ(ram.read<TypeParam>(TestFixture::kBase + offset), value);
    }
}

TYPED_TEST(GuestRamScalar, AccessesMayCrossAPage) {
    GuestRam ram = TestFixture::make();
    const PhysAddr crossing = TestFixture::kBase + (kPageSize - 1);
    const auto value = static_cast<TypeParam>(0x8877665544332211);
    ASSERT_TRUE(ram.write<TypeParam>(crossing, value).has_value());
    EXPECT_EQ(ram.read<TypeParam>(crossing), value);
}

TYPED_TEST(GuestRamScalar, TheLastBytesAreInsideAndOneFurtherIsNot) {
    GuestRam ram = TestFixture::make();
    const PhysAddr last = TestFixture::kBase + (TestFixture::kSize - sizeof(TypeParam));
    EXPECT_TRUE(ram.write<TypeParam>(last, 1).has_value());
    EXPECT_TRUE(ram.read<TypeParam>(last).has_value());
    EXPECT_FALSE(ram.read<TypeParam>(last + 1).has_value());
    EXPECT_EQ(ram.read<TypeParam>(last + 1).error(), AccessFault::out_of_range);
    EXPECT_EQ(ram.write<TypeParam>(last + 1, 1).error(), AccessFault::out_of_range);
}

TYPED_TEST(GuestRamScalar, AddressesOutsideFaultAndChangeNothing) {
    GuestRam ram = TestFixture::make();
    constexpr TypeParam kOnes = std::numeric_limits<TypeParam>::max();
    for (const PhysAddr outside : {PhysAddr{0}, PhysAddr{0x7fffffff}, TestFixture::kEnd,
                                   TestFixture::kEnd + 1, PhysAddr{~std::uint64_t{0}}}) {
        EXPECT_FALSE(ram.read<TypeParam>(outside).has_value()) << raw(outside);
        EXPECT_FALSE(ram.write<TypeParam>(outside, kOnes).has_value()) << raw(outside);
    }
    EXPECT_TRUE(all_zero(ram));
}

TEST_F(GuestRamTest, ScalarsAreLittleEndian) {
    GuestRam ram = make();
    ASSERT_TRUE(ram.write<std::uint32_t>(kBase, 0x04030201).has_value());
    EXPECT_EQ(ram.read<std::uint8_t>(kBase), 1);
    EXPECT_EQ(ram.read<std::uint16_t>(kBase + 2), 0x0403);
}

TEST_F(GuestRamTest, ATopOfMemoryRangeDoesNotReachAddressZero) {
    const PhysAddr last_page{~std::uint64_t{0} - (kPageSize - 1)};
    GuestRam ram = make(last_page, kPageSize);
    EXPECT_TRUE(ram.read<std::uint64_t>(last_page + (kPageSize - 8)).has_value());
    EXPECT_FALSE(ram.read<std::uint64_t>(last_page + (kPageSize - 7)).has_value());
    EXPECT_FALSE(ram.read<std::uint64_t>(PhysAddr{0}).has_value());
}

TEST_F(GuestRamTest, BytesAreCopiedInAndOut) {
    GuestRam ram = make();
    const auto bytes = counted(2 * kPageSize);
    ASSERT_TRUE(ram.write_bytes(kBase + 100, bytes).has_value());
    std::vector<std::byte> copy(bytes.size());
    ASSERT_TRUE(ram.read_bytes(kBase + 100, copy).has_value());
    EXPECT_EQ(copy, bytes);
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 99), 0);
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + (100 + 2 * kPageSize)), 0);
}

TEST_F(GuestRamTest, BytesThatEndAtTheEndAreInside) {
    GuestRam ram = make();
    const auto bytes = counted(kSize);
    EXPECT_TRUE(ram.write_bytes(kBase, bytes).has_value());
    std::vector<std::byte> copy(kSize);
    EXPECT_TRUE(ram.read_bytes(kBase, copy).has_value());
    EXPECT_EQ(copy, bytes);
}

TEST_F(GuestRamTest, BytesPartlyOutsideAreNeitherReadNorWritten) {
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

TEST_F(GuestRamTest, NoBytesAreAlwaysCopiedInsideAndAtTheEnd) {
    GuestRam ram = make();
    EXPECT_TRUE(ram.read_bytes(kEnd, {}).has_value());
    EXPECT_TRUE(ram.write_bytes(kEnd, {}).has_value());
    EXPECT_TRUE(ram.fill(kEnd, 0, std::byte{1}).has_value());
    EXPECT_FALSE(ram.read_bytes(kEnd + 1, {}).has_value());
}

TEST_F(GuestRamTest, FillSetsItsRangeAlone) {
    GuestRam ram = make();
    ASSERT_TRUE(ram.fill(kBase + 4000, 200, std::byte{0x5a}).has_value());
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 3999), 0);
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 4000), 0x5a);
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 4199), 0x5a);
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 4200), 0);
}

TEST_F(GuestRamTest, FillOfALengthThatOverflowsIsRefused) {
    GuestRam ram = make();
    EXPECT_FALSE(ram.fill(kBase + 8, ~std::uint64_t{0}, std::byte{1}).has_value());
    EXPECT_TRUE(all_zero(ram));
}

TEST_F(GuestRamTest, HostPointersSeeTheSameMemory) {
    GuestRam ram = make();
    *ram.host(kBase + 5) = std::byte{7};
    EXPECT_EQ(ram.read<std::uint8_t>(kBase + 5), 7);
}

TEST_F(GuestRamPermissions, ChangeWithoutEndingAGuard) {
    GuestRam ram = make();
    ASSERT_TRUE(ram.end_guard(kBase, ram.begin_guard(kBase)));
    ram.set_permissions(kBase, kSize, page::kRead);
    EXPECT_EQ(ram.flags_at(kBase), page::kRead | page::kGuarding | page::kGuarded);
}

TEST_F(GuestRamPermissions, OfManyPagesReachTheLastAndNoFurther) {
    constexpr std::uint64_t kPages = 40;
    GuestRam ram = make(kBase, kPages * kPageSize, Backing::reserved);
    ram.mark_code(kBase + 20 * kPageSize, 1);
    ram.set_permissions(kBase + 3 * kPageSize, 34 * kPageSize, page::kRead | page::kWrite);
    for (std::uint64_t page = 0; page < kPages; ++page) {
        EXPECT_EQ(ram.flags()[page], page >= 3 and page < 37 ? page::kRead | page::kWrite : 0) << page;
    }
    EXPECT_EQ(ram.overwritten_code(ram.code_generation()), kBase + 20 * kPageSize);
}

TEST_F(GuestRamPermissions, AreReplacedForWholePages) {
    GuestRam ram = make();
    ram.set_permissions(kBase + kPageSize, 2 * kPageSize, page::kRead | page::kExecute);
    EXPECT_EQ(ram.flags_at(kBase), page::kPermissions);
    EXPECT_EQ(ram.flags_at(kBase + kPageSize), page::kRead | page::kExecute);
    EXPECT_EQ(ram.flags_at(kBase + (3 * kPageSize - 1)), page::kRead | page::kExecute);
    EXPECT_EQ(ram.flags_at(kBase + 3 * kPageSize), page::kPermissions);
}

TEST_F(GuestRamPermissions, OtherBitsCannotBeSet) {
    GuestRam ram = make();
    ram.set_permissions(kBase, kPageSize, 0xff);
    EXPECT_EQ(ram.flags_at(kBase), page::kPermissions);
}

TEST_F(GuestRamPermissions, DoNotBindScalarsBecauseTheirOwnerChecksThem) {
    GuestRam ram = make();
    ram.set_permissions(kBase, kPageSize, 0);
    EXPECT_TRUE(ram.write<std::uint32_t>(kBase, 5).has_value());
    EXPECT_EQ(ram.read<std::uint32_t>(kBase), 5U);
}

TEST_F(GuestRamPermissions, ChangingNoPageChangesNothing) {
    GuestRam ram = make();
    ram.set_permissions(kEnd, 0, 0);
    EXPECT_EQ(ram.flags_at(kBase + (kSize - 1)), page::kPermissions);
}

TEST_F(GuestRamReserved, HasAddressSpaceWithoutPermissions) {
    const GuestRam ram = make(PhysAddr{0}, std::uint64_t{1} << 38, Backing::reserved);
    EXPECT_EQ(ram.size(), std::uint64_t{1} << 38);
    EXPECT_EQ(ram.flags_at(PhysAddr{0}), 0);
    EXPECT_EQ(ram.flags_at(PhysAddr{(std::uint64_t{1} << 38) - 1}), 0);
}

TEST_F(GuestRamReserved, IsUsableWhereTheHostMapsMemoryIntoIt) {
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

TEST_F(GuestRamDeathTest, TouchingReservedMemoryWithoutAMappingIsStoppedByTheHost) {
    GuestRam ram = make(PhysAddr{0}, kSize, Backing::reserved);
    EXPECT_DEATH(static_cast<void>(ram.write<std::uint8_t>(PhysAddr{0}, 1)), "");
}

TEST_F(GuestRamTest, WatchedPagesGrantWhatTheyDidAndShowItToNoFastPath) {
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

TEST_F(GuestRamTest, WatchedPagesStayHiddenWhateverTheyAreGranted) {
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

TEST_F(GuestRamDeathTest, OurOwnMisuseAborts) {
    GuestRam ram = make();
    EXPECT_DEATH(ram.mark_code(kEnd, 4), "guest_ram.cpp");
    EXPECT_DEATH(ram.mark_code(kBase, 0), "guest_ram.cpp");
    EXPECT_DEATH(ram.store_notify(kEnd, 1), "guest_ram.cpp");
    EXPECT_DEATH(ram.set_permissions(kBase + 1, kPageSize, 0), "guest_ram.cpp");
}

TEST_F(GuestRamTest, AMoveTakesMemoryFlagsAndGenerationAlong) {
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

TEST_F(GuestRamTest, MoveAssignmentReplacesTheTarget) {
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
