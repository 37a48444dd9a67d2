#include "vm/machine/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/machine/test_image.h"

namespace vm::machine {
namespace {

using ::testing::HasSubstr;
using testing::TestImage;

mem::GuestRam small_ram() { return mem::GuestRam::create(mem::PhysAddr{0x80000000}, 0x2000).value(); }

TEST(Loader, CopiesBytesToThePhysicalAddressAndZeroesTheRest) {
    mem::GuestRam ram = small_ram();
    ASSERT_TRUE(ram.fill(mem::PhysAddr{0x80000000}, 0x2000, std::byte{0xff}).has_value());
    const ElfFile file = TestImage({0x11223344}).at(0x1000, 0x80000100).memory_size(8).parse();
    ASSERT_TRUE(load_physical(file, "a.elf", ram).has_value());
    EXPECT_EQ(*ram.read<std::uint64_t>(mem::PhysAddr{0x80000100}), 0x11223344u);
    EXPECT_EQ(*ram.read<std::uint8_t>(mem::PhysAddr{0x80000108}), 0xffu);
}

TEST(Loader, RefusesSegmentOutsideTheMemory) {
    mem::GuestRam ram = small_ram();
    const auto below = load_physical(TestImage({0}).at(0x1000, 0x1000).parse(), "a.elf", ram);
    EXPECT_THAT(below.error().message,
                HasSubstr("'a.elf' has 4 bytes to load at 0x1000, outside the memory"));
    const auto beyond = load_physical(TestImage({0}).memory_size(0x2001).parse(), "a.elf", ram);
    EXPECT_THAT(beyond.error().message, HasSubstr("8193 bytes to load at 0x80000000"));
}

TEST(Loader, RefusesPositionIndependentFile) {
    mem::GuestRam ram = small_ram();
    const auto loaded = load_physical(TestImage({0}).type(3).parse(), "a.elf", ram);
    EXPECT_THAT(loaded.error().message, HasSubstr("position-independent"));
}

TEST(Loader, TranslatesVirtualAddressesThroughTheirSegment) {
    const ElfFile file = TestImage({0, 0}).at(0x1000, 0x80000000).parse();
    EXPECT_EQ(physical_address(file, 0x1004), 0x80000004u);
    EXPECT_EQ(physical_address(file, 0x1008), 0x1008u);
    EXPECT_EQ(physical_address(file, 0xfff), 0xfffu);
}

}  // namespace
}  // namespace vm::machine
