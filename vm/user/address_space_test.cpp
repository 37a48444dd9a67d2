#include "vm/user/address_space.h"

#include <cerrno>
#include <sys/mman.h>

#include <gtest/gtest.h>
#include <unistd.h>

namespace vm::user {
namespace {

using mem::kPageSize;
using mem::page::kExecute;
using mem::page::kRead;
using mem::page::kWrite;

constexpr std::uint64_t kAt = 0x40'0000;

class AddressSpaceTest : public ::testing::Test {
  protected:
    Checked<std::uint64_t> map(std::uint64_t address, std::uint64_t pages,
                               std::uint8_t permissions = kRead | kWrite,
                               Placement placement = Placement::fixed) {
        return memory_.map({.address = address,
                            .length = pages * kPageSize,
                            .permissions = permissions,
                            .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                            .placement = placement});
    }
    std::uint8_t flags(std::uint64_t address) { return memory_.ram().flags_at(mem::PhysAddr{address}); }

    AddressSpace memory_ = *AddressSpace::create();
};

TEST_F(AddressSpaceTest, NothingIsMappedAtFirst) {
    EXPECT_FALSE(memory_.mapped(0));
    EXPECT_FALSE(memory_.mapped(kAddressSpaceSize - 1));
    EXPECT_FALSE(memory_.mapped(kAddressSpaceSize));
    EXPECT_FALSE(memory_.mapped(~std::uint64_t{0}));
    EXPECT_EQ(memory_.readable(kAt, 1).error(), -EFAULT);
}

TEST_F(AddressSpaceTest, AMappingGrantsWhatWasAskedForAndReadsAsZero) {
    ASSERT_EQ(map(kAt, 2, kRead | kExecute).value(), kAt);
    EXPECT_EQ(flags(kAt), kRead | kExecute);
    EXPECT_EQ(flags(kAt + 2 * kPageSize), 0);
    EXPECT_EQ(memory_.get<std::uint64_t>(kAt + kPageSize - 4).value(), 0U);
    EXPECT_EQ(memory_.put(kAt, 1), -EFAULT);
}

TEST_F(AddressSpaceTest, AnywhereIsHighAndDisjoint) {
    const auto first = map(0, 3, kRead, Placement::anywhere);
    const auto second = map(0, 1, kRead, Placement::anywhere);
    ASSERT_TRUE(first and second);
    EXPECT_EQ(*second, *first - kPageSize);
}

TEST_F(AddressSpaceTest, AHintIsTakenWhenItIsFree) {
    EXPECT_EQ(map(kAt, 1, kRead, Placement::anywhere).value(), kAt);
    EXPECT_NE(map(kAt, 1, kRead, Placement::anywhere).value(), kAt);
    EXPECT_NE(map(kAddressSpaceSize + kAt, 1, kRead, Placement::anywhere).value(), kAddressSpaceSize + kAt);
}

TEST_F(AddressSpaceTest, FixedIfFreeRefusesWhatIsMapped) {
    ASSERT_TRUE(map(kAt, 2));
    EXPECT_EQ(map(kAt + kPageSize, 2, kRead, Placement::fixed_if_free).error(), -EEXIST);
    EXPECT_TRUE(map(kAt + 2 * kPageSize, 2, kRead, Placement::fixed_if_free));
}

TEST_F(AddressSpaceTest, FixedMappingsOutsideAreRefused) {
    EXPECT_EQ(map(0, 1).error(), -EPERM);
    EXPECT_EQ(map(kAt + 1, 1).error(), -EINVAL);
    EXPECT_EQ(map(kAddressSpaceSize, 1).error(), -ENOMEM);
    EXPECT_EQ(map(kAddressSpaceSize - kPageSize, 1).error(), -ENOMEM);
    EXPECT_EQ(map(kAddressSpaceSize - 2 * kPageSize, 2).error(), -ENOMEM);
    EXPECT_EQ(map(~std::uint64_t{0} - kPageSize + 1, 1).error(), -ENOMEM);
    EXPECT_EQ(map(kAt, kAddressSpaceSize / kPageSize).error(), -ENOMEM);
    EXPECT_EQ(map(kAt, 0).error(), -EINVAL);
    EXPECT_EQ(memory_.map({.address = 0, .length = ~std::uint64_t{0}}).error(), -ENOMEM);
}

TEST_F(AddressSpaceTest, AFailedMappingLeavesTheOldOne) {
    ASSERT_TRUE(map(kAt, 1));
    ASSERT_EQ(memory_.put(kAt, std::uint32_t{7}), 0);
    EXPECT_EQ(memory_.map({.address = kAt, .length = 1, .flags = MAP_PRIVATE, .placement = Placement::fixed})
                  .error(),
              -EBADF);
    EXPECT_EQ(memory_.get<std::uint32_t>(kAt).value(), 7U);
}

TEST_F(AddressSpaceTest, UnmappedPagesFaultAndComeBackAsZero) {
    ASSERT_TRUE(map(kAt, 3));
    ASSERT_EQ(memory_.put(kAt + kPageSize, std::uint32_t{7}), 0);
    EXPECT_EQ(memory_.unmap(kAt + kPageSize, kPageSize), 0);
    EXPECT_EQ(flags(kAt + kPageSize), 0);
    EXPECT_FALSE(memory_.mapped(kAt + kPageSize));
    EXPECT_TRUE(memory_.mapped(kAt + 2 * kPageSize));
    EXPECT_EQ(memory_.get<std::uint32_t>(kAt + kPageSize).error(), -EFAULT);
    ASSERT_TRUE(map(kAt + kPageSize, 1));
    EXPECT_EQ(memory_.get<std::uint32_t>(kAt + kPageSize).value(), 0U);
}

TEST_F(AddressSpaceTest, UnmapRefusesWhatIsNoRange) {
    EXPECT_EQ(memory_.unmap(kAt, 0), -EINVAL);
    EXPECT_EQ(memory_.unmap(kAt + 1, kPageSize), -EINVAL);
    EXPECT_EQ(memory_.unmap(kAddressSpaceSize, kPageSize), -EINVAL);
    EXPECT_EQ(memory_.unmap(kPageSize, ~std::uint64_t{0}), -EINVAL);
}

TEST_F(AddressSpaceTest, ProtectChangesWholeMappedRangesOnly) {
    ASSERT_TRUE(map(kAt, 2));
    EXPECT_EQ(memory_.protect(kAt, kPageSize, kRead), 0);
    EXPECT_EQ(flags(kAt), kRead);
    EXPECT_EQ(memory_.put(kAt, 1), -EFAULT);
    EXPECT_EQ(memory_.put(kAt + kPageSize, 1), 0);
    EXPECT_EQ(memory_.protect(kAt, 3 * kPageSize, kRead), -ENOMEM);
    EXPECT_EQ(memory_.protect(kAt + 1, kPageSize, kRead), -EINVAL);
    EXPECT_EQ(memory_.protect(kAt, 0, kRead), 0);
}

TEST_F(AddressSpaceTest, RemapGrowsInPlaceWhereThereIsRoom) {
    ASSERT_TRUE(map(kAt, 1));
    ASSERT_EQ(memory_.put(kAt, 5), 0);
    EXPECT_EQ(memory_.remap({.address = kAt, .old_length = kPageSize, .new_length = 3 * kPageSize}).value(),
              kAt);
    EXPECT_EQ(memory_.get<int>(kAt).value(), 5);
    EXPECT_EQ(memory_.put(kAt + 2 * kPageSize, 6), 0);
}

TEST_F(AddressSpaceTest, RemapMovesWhereThereIsNoRoom) {
    ASSERT_TRUE(map(kAt, 1));
    ASSERT_TRUE(map(kAt + kPageSize, 1));
    ASSERT_EQ(memory_.put(kAt, 5), 0);
    RemapRequest request{.address = kAt, .old_length = kPageSize, .new_length = 2 * kPageSize};
    EXPECT_EQ(memory_.remap(request).error(), -ENOMEM);
    request.may_move = true;
    const auto moved = memory_.remap(request);
    ASSERT_TRUE(moved);
    EXPECT_EQ(memory_.get<int>(*moved).value(), 5);
    EXPECT_EQ(memory_.put(*moved + kPageSize, 6), 0);
    EXPECT_FALSE(memory_.mapped(kAt));
}

TEST_F(AddressSpaceTest, RemapShrinks) {
    ASSERT_TRUE(map(kAt, 3));
    EXPECT_EQ(memory_.remap({.address = kAt, .old_length = 3 * kPageSize, .new_length = kPageSize}).value(),
              kAt);
    EXPECT_FALSE(memory_.mapped(kAt + kPageSize));
}

TEST_F(AddressSpaceTest, RemapRefusesOverlappingAndForeignTargets) {
    ASSERT_TRUE(map(kAt, 2));
    RemapRequest request{.address = kAt,
                         .old_length = 2 * kPageSize,
                         .new_length = 2 * kPageSize,
                         .new_address = kAt + kPageSize,
                         .placement = Placement::fixed,
                         .may_move = true};
    EXPECT_EQ(memory_.remap(request).error(), -EINVAL);
    request.new_address = kAddressSpaceSize;
    EXPECT_EQ(memory_.remap(request).error(), -EINVAL);
    request.new_address = 0;
    EXPECT_EQ(memory_.remap(request).error(), -EINVAL);
    EXPECT_EQ(memory_.remap({.address = kAt, .old_length = 3 * kPageSize, .new_length = kPageSize}).error(),
              -EFAULT);
}

TEST_F(AddressSpaceTest, RemapRefusesPagesThatDoNotGrantTheSameButShrinksThem) {
    ASSERT_TRUE(map(kAt, 2));
    ASSERT_EQ(memory_.protect(kAt + kPageSize, kPageSize, kRead | kWrite | kExecute), 0);
    const std::uint64_t both = 2 * kPageSize;
    EXPECT_EQ(memory_.remap({kAt, both, 3 * kPageSize, 0, Placement::anywhere, true}).error(), -EFAULT);
    EXPECT_EQ(memory_.remap({kAt, both, both, 2 * kAt, Placement::fixed, true}).error(), -EFAULT);
    EXPECT_EQ(memory_.remap({kAt, both, kPageSize, 0, Placement::anywhere, true}).value(), kAt);
    EXPECT_EQ(flags(kAt), kRead | kWrite);
    EXPECT_FALSE(memory_.mapped(kAt + kPageSize));
}

TEST_F(AddressSpaceTest, TheBreakGrowsShrinksAndStaysOnRefusal) {
    memory_.start_break(kAt + 1);
    const std::uint64_t start = kAt + kPageSize;
    EXPECT_EQ(memory_.set_break(0), start);
    EXPECT_EQ(memory_.set_break(start + 100), start + 100);
    EXPECT_EQ(memory_.put(start + 96, 1), 0);
    EXPECT_EQ(memory_.set_break(start + 5 * kPageSize), start + 5 * kPageSize);
    EXPECT_EQ(memory_.set_break(start), start);
    EXPECT_FALSE(memory_.mapped(start));
    EXPECT_EQ(memory_.set_break(~std::uint64_t{0}), start);
    ASSERT_TRUE(map(start + 2 * kPageSize, 1));
    EXPECT_EQ(memory_.set_break(start + 3 * kPageSize), start);
}

TEST_F(AddressSpaceTest, DiscardedPagesReadAsZero) {
    ASSERT_TRUE(map(kAt, 1));
    ASSERT_EQ(memory_.put(kAt, 5), 0);
    EXPECT_EQ(memory_.advise(kAt, kPageSize, MADV_DONTNEED), 0);
    EXPECT_EQ(memory_.get<int>(kAt).value(), 0);
    EXPECT_EQ(memory_.advise(kAt, 2 * kPageSize, MADV_DONTNEED), -ENOMEM);
    EXPECT_EQ(memory_.advise(kAt + 1, 1, MADV_DONTNEED), -EINVAL);
    EXPECT_EQ(memory_.synchronize(kAt, kPageSize, MS_SYNC), 0);
    EXPECT_EQ(memory_.synchronize(kAt + kPageSize, kPageSize, MS_SYNC), -ENOMEM);
}

// Among threads nothing of the reservation is ever given back to the host, so growing and moving go another
// way.
class SharedAddressSpaceTest : public AddressSpaceTest {
  protected:
    SharedAddressSpaceTest() { memory_.set_others(&let_go_); }

    int asked_ = 0;
    std::function<void()> let_go_ = [this] { ++asked_; };
};

TEST_F(SharedAddressSpaceTest, RemapGrowsInPlace) {
    ASSERT_TRUE(map(kAt, 1));
    ASSERT_EQ(memory_.put(kAt, 5), 0);
    EXPECT_EQ(memory_.remap({.address = kAt, .old_length = kPageSize, .new_length = 3 * kPageSize}).value(),
              kAt);
    EXPECT_GE(asked_, 1);
    EXPECT_EQ(memory_.get<int>(kAt).value(), 5);
    EXPECT_EQ(memory_.put(kAt + 2 * kPageSize, 6), 0);
}

TEST_F(SharedAddressSpaceTest, RemapMovesWhereThereIsNoRoom) {
    ASSERT_TRUE(map(kAt, 1));
    ASSERT_TRUE(map(kAt + kPageSize, 1));
    ASSERT_EQ(memory_.put(kAt, 5), 0);
    const auto moved = memory_.remap(
        {.address = kAt, .old_length = kPageSize, .new_length = 2 * kPageSize, .may_move = true});
    ASSERT_TRUE(moved);
    EXPECT_EQ(memory_.get<int>(*moved).value(), 5);
    EXPECT_EQ(memory_.put(*moved + kPageSize, 6), 0);
    EXPECT_FALSE(memory_.mapped(kAt));
    EXPECT_EQ(flags(kAt), 0);
}

TEST_F(SharedAddressSpaceTest, AFailedMappingLeavesTheOldOne) {
    ASSERT_TRUE(map(kAt, 1));
    ASSERT_EQ(memory_.put(kAt, std::uint32_t{7}), 0);
    EXPECT_EQ(memory_.map({.address = kAt, .length = 1, .flags = MAP_PRIVATE, .placement = Placement::fixed})
                  .error(),
              -EBADF);
    EXPECT_EQ(asked_, 1);
    EXPECT_EQ(memory_.get<std::uint32_t>(kAt).value(), 7U);
}

TEST_F(SharedAddressSpaceTest, PermissionsGoBeforeTheOthersAreAskedAndPagesAfter) {
    ASSERT_TRUE(map(kAt, 2));
    let_go_ = [this] {
        EXPECT_EQ(flags(kAt), 0);
        EXPECT_EQ(flags(kAt + kPageSize), kRead | kWrite);
        *memory_.ram().host(mem::PhysAddr{kAt}) = std::byte{1};  // the host still has it
    };
    EXPECT_EQ(memory_.unmap(kAt, kPageSize), 0);
}

}  // namespace
}  // namespace vm::user
