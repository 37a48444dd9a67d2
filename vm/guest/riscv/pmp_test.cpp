#include "vm/guest/riscv/pmp.h"

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

using mem::Access;
using mem::PhysAddr;

constexpr std::uint64_t kR = 1, kW = 2, kX = 4, kTor = 8, kNa4 = 0x10, kNapot = 0x18, kLock = 0x80;
constexpr auto kUser = Privilege::user;
constexpr auto kMachine = Privilege::machine;

bool user_loads(const Pmp& pmp, std::uint64_t address, std::uint64_t length) {
    return pmp.allows(PhysAddr{address}, length, Access::load, kUser);
}

TEST(Pmp, WithoutActiveEntryMachineModePassesAndUserModeDoesNot) {
    const Pmp pmp;
    EXPECT_TRUE(pmp.allows(PhysAddr{0x80000000}, 8, Access::store, kMachine));
    EXPECT_FALSE(pmp.allows(PhysAddr{0x80000000}, 8, Access::load, kUser));
}

TEST(Pmp, AllOnesNapotCoversEveryAddress) {
    Pmp pmp;
    pmp.write_address(0, (std::uint64_t{1} << 53) - 1);
    pmp.write_config(0, kNapot | kR | kW | kX);
    EXPECT_TRUE(user_loads(pmp, 0, 8));
    EXPECT_TRUE(user_loads(pmp, 0x80000000, 8));
    EXPECT_TRUE(user_loads(pmp, 0x00ff'ffff'ffff'fff8, 8));
    pmp.write_address(0, ~std::uint64_t{0});
    EXPECT_TRUE(user_loads(pmp, 0, 8));
    EXPECT_TRUE(user_loads(pmp, 0x80000000, 8));
}

TEST(Pmp, Na4CoversExactlyFourBytes) {
    Pmp pmp;
    pmp.write_address(0, 0x80001000 >> 2);
    pmp.write_config(0, kNa4 | kR);
    EXPECT_TRUE(user_loads(pmp, 0x80001000, 4));
    EXPECT_TRUE(user_loads(pmp, 0x80001003, 1));
    EXPECT_FALSE(user_loads(pmp, 0x80001004, 1));
    EXPECT_FALSE(user_loads(pmp, 0x80000fff, 1));
}

TEST(Pmp, SmallestNapotCoversEightBytes) {
    Pmp pmp;
    pmp.write_address(0, 0x80001008 >> 2);
    pmp.write_config(0, kNapot | kR);
    EXPECT_TRUE(user_loads(pmp, 0x80001008, 8));
    EXPECT_FALSE(user_loads(pmp, 0x80001010, 1));
    EXPECT_FALSE(user_loads(pmp, 0x80001007, 1));
}

TEST(Pmp, TopOfRangeBeginsAtTheAddressBelowAndEndsBeforeItsOwn) {
    Pmp pmp;
    pmp.write_address(0, 0x1000 >> 2);
    pmp.write_address(1, 0x2000 >> 2);
    pmp.write_config(0, (kTor | kR) << 8);
    EXPECT_FALSE(user_loads(pmp, 0xfff, 1));
    EXPECT_TRUE(user_loads(pmp, 0x1000, 1));
    EXPECT_TRUE(user_loads(pmp, 0x1fff, 1));
    EXPECT_FALSE(user_loads(pmp, 0x2000, 1));
}

TEST(Pmp, FirstTopOfRangeEntryBeginsAtZero) {
    Pmp pmp;
    pmp.write_address(0, 0x1000 >> 2);
    pmp.write_config(0, kTor | kR);
    EXPECT_TRUE(user_loads(pmp, 0, 8));
    EXPECT_FALSE(user_loads(pmp, 0x1000, 1));
}

TEST(Pmp, TopOfRangeThatIsEmptyOrReversedMatchesNothing) {
    Pmp pmp;
    pmp.write_address(0, 0x2000 >> 2);
    pmp.write_address(1, 0x1000 >> 2);
    pmp.write_config(0, (kTor | kR) << 8);
    EXPECT_FALSE(user_loads(pmp, 0x1000, 1));
    EXPECT_FALSE(user_loads(pmp, 0x1800, 1));
    pmp.write_address(1, 0x2000 >> 2);
    EXPECT_FALSE(user_loads(pmp, 0x2000, 1));
    EXPECT_TRUE(pmp.allows(PhysAddr{0x2000}, 4, Access::load, kMachine));
    pmp.write_address(0, 0);
    pmp.write_config(0, kTor | kR);
    EXPECT_FALSE(user_loads(pmp, 0, 1));
}

TEST(Pmp, AccessThatAnEntryCoversOnlyInPartFailsEvenInMachineMode) {
    Pmp pmp;
    pmp.write_address(0, 0x80001000 >> 2);
    pmp.write_config(0, kNa4 | kR | kW | kX);
    EXPECT_FALSE(pmp.allows(PhysAddr{0x80001000}, 8, Access::load, kMachine));
    EXPECT_FALSE(pmp.allows(PhysAddr{0x80000ffe}, 4, Access::load, kMachine));
    EXPECT_TRUE(pmp.allows(PhysAddr{0x80001004}, 8, Access::load, kMachine));
}

TEST(Pmp, PartialCoverByALowerEntryFailsThoughAHigherOneCoversAll) {
    Pmp pmp;
    pmp.write_address(0, 0x80001000 >> 2);
    pmp.write_address(1, (std::uint64_t{1} << 53) - 1);
    pmp.write_config(0, (kNa4 | kR) | (kNapot | kR) << 8);
    EXPECT_FALSE(user_loads(pmp, 0x80001000, 8));
    EXPECT_TRUE(user_loads(pmp, 0x80001004, 8));
}

TEST(Pmp, LowestNumberedMatchDecides) {
    Pmp pmp;
    pmp.write_address(0, 0x80001000 >> 2);
    pmp.write_address(1, (std::uint64_t{1} << 53) - 1);
    pmp.write_config(0, kNa4 | (kNapot | kR | kW) << 8);
    EXPECT_FALSE(user_loads(pmp, 0x80001000, 4));
    EXPECT_TRUE(user_loads(pmp, 0x80001004, 4));
}

TEST(Pmp, EachPermissionBitGrantsItsOwnAccess) {
    Pmp pmp;
    pmp.write_address(0, (std::uint64_t{1} << 53) - 1);
    pmp.write_config(0, kNapot | kX);
    EXPECT_TRUE(pmp.allows(PhysAddr{0}, 4, Access::fetch, kUser));
    EXPECT_FALSE(pmp.allows(PhysAddr{0}, 4, Access::load, kUser));
    pmp.write_config(0, kNapot | kR);
    EXPECT_FALSE(pmp.allows(PhysAddr{0}, 4, Access::fetch, kUser));
    EXPECT_FALSE(pmp.allows(PhysAddr{0}, 4, Access::store, kUser));
}

TEST(Pmp, LockedEntryBindsMachineModeUnlockedDoesNot) {
    Pmp pmp;
    pmp.write_address(0, 0x1000 >> 2);
    pmp.write_config(0, kTor | kR);
    EXPECT_TRUE(pmp.allows(PhysAddr{0}, 4, Access::store, kMachine));
    pmp.write_config(0, kTor | kR | kLock);
    EXPECT_FALSE(pmp.allows(PhysAddr{0}, 4, Access::store, kMachine));
    EXPECT_TRUE(pmp.allows(PhysAddr{0}, 4, Access::load, kMachine));
}

TEST(Pmp, LockedEntryKeepsItsConfigurationAndAddress) {
    Pmp pmp;
    pmp.write_address(2, 0x40);
    pmp.write_config(0, (kNa4 | kLock) << 16);
    pmp.write_config(0, (kNapot | kR) << 16 | kR);
    pmp.write_address(2, 0x80);
    EXPECT_EQ(pmp.config(0), (kNa4 | kLock) << 16 | kR);
    EXPECT_EQ(pmp.address(2), 0x40u);
}

TEST(Pmp, LockedTopOfRangeAlsoLocksTheAddressBelow) {
    Pmp pmp;
    pmp.write_address(3, 0x10);
    pmp.write_config(0, (kTor | kLock) << 32);
    pmp.write_address(3, 0x20);
    EXPECT_EQ(pmp.address(3), 0x10u);
}

TEST(Pmp, LockedNapotLeavesTheAddressBelowWritable) {
    Pmp pmp;
    pmp.write_config(0, (kNapot | kLock) << 32);
    pmp.write_address(3, 0x20);
    EXPECT_EQ(pmp.address(3), 0x20u);
}

TEST(Pmp, ReservedConfigurationBitsReadZeroAndWriteWithoutReadIsDropped) {
    Pmp pmp;
    pmp.write_config(8, 0x60 | kW);
    EXPECT_EQ(pmp.config(8), 0u);
    pmp.write_config(8, (kW | kX) << 56);
    EXPECT_EQ(pmp.config(8), kX << 56);
}

TEST(Pmp, AddressHasFiftyFourBits) {
    Pmp pmp;
    pmp.write_address(15, ~std::uint64_t{0});
    EXPECT_EQ(pmp.address(15), (std::uint64_t{1} << 54) - 1);
}

TEST(Pmp, UniformBytesStopAtTheNextBoundary) {
    Pmp pmp;
    EXPECT_EQ(pmp.uniform_bytes(PhysAddr{0x1000}, 4096), 4096u);
    pmp.write_address(0, 0x1100 >> 2);
    pmp.write_config(0, kNa4 | kR);
    EXPECT_EQ(pmp.uniform_bytes(PhysAddr{0x1000}, 4096), 0x100u);
    EXPECT_EQ(pmp.uniform_bytes(PhysAddr{0x1102}, 4096), 2u);
    EXPECT_EQ(pmp.uniform_bytes(PhysAddr{0x1104}, 0xefc), 0xefcu);
    EXPECT_EQ(pmp.uniform_bytes(PhysAddr{0x2000}, 4096), 4096u);
}

}  // namespace
}  // namespace vm::guest::riscv
