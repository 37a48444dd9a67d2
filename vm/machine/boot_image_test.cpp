#include "vm/machine/boot_image.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/machine/test_gzip.h"
#include "vm/machine/test_image.h"

namespace vm::machine {
namespace {

using testing::gzip;
using ::testing::HasSubstr;
using testing::TestImage;
using Bytes = std::vector<std::byte>;

template <class T>
void put(Bytes& bytes, std::size_t offset, T value) {
    std::memcpy(bytes.data() + offset, &value, sizeof value);
}

void put_text(Bytes& bytes, std::size_t offset, std::string_view text) {
    std::memcpy(bytes.data() + offset, text.data(), text.size());
}

// The header of an Image as a stock kernel has it, and a little more.
Bytes image(std::uint64_t text_offset = 0x20'0000, std::uint64_t image_size = 0x1000,
            std::uint64_t flags = 0) {
    Bytes bytes(128);
    put_text(bytes, 0, "MZ");
    put(bytes, 8, text_offset);
    put(bytes, 16, image_size);
    put(bytes, 24, flags);
    put_text(bytes, 48, "RISCV");
    put_text(bytes, 56, "RSC\x05");
    return bytes;
}

Bytes zboot(const Bytes& payload, std::string_view compression) {
    Bytes bytes(64 + payload.size());
    put_text(bytes, 0, "MZ");
    put_text(bytes, 4, "zimg");
    put(bytes, 8, std::uint32_t{64});
    put(bytes, 12, static_cast<std::uint32_t>(payload.size()));
    put_text(bytes, 24, compression);
    std::copy(payload.begin(), payload.end(), bytes.begin() + 64);
    return bytes;
}

std::string error(Bytes bytes) {
    const auto kernel = parse_kernel(std::move(bytes), "k");
    return kernel ? "" : kernel.error().message;
}

Bytes with_magic(std::size_t offset, std::string_view magic) {
    Bytes bytes(1024);
    put_text(bytes, offset, magic);
    return bytes;
}

TEST(BootImage, HeaderSaysWhereAKernelLiesAndHowMuchItNeeds) {
    const auto kernel = parse_kernel(image(), "k");
    ASSERT_TRUE(kernel) << kernel.error().message;
    EXPECT_EQ(kernel->text_offset, 0x20'0000U);
    EXPECT_EQ(kernel->memory_size, 0x1000U);
    EXPECT_EQ(kernel->entry, 0U);
    EXPECT_FALSE(kernel->fixed);
    EXPECT_EQ(kernel->bytes, image());
}

TEST(BootImage, KernelNeedsAtLeastTheBytesOfItsFile) {
    EXPECT_EQ(parse_kernel(image(0, 0), "k")->memory_size, 128U);
}

TEST(BootImage, RefusesHeadersThatNoKernelHas) {
    EXPECT_EQ(error(image(0, 0, 1)), "kernel 'k' is big-endian, which is not supported");
    EXPECT_THAT(error(image(~std::uint64_t{0})), HasSubstr("'k' is malformed"));
    EXPECT_THAT(error(image(0, ~std::uint64_t{0})), HasSubstr("'k' is malformed"));
}

TEST(BootImage, HeaderCutShortIsNoKernel) {
    Bytes bytes = image();
    bytes.resize(60);
    EXPECT_THAT(error(bytes), HasSubstr("without a RISC-V Image header"));
}

TEST(BootImage, UnpacksGzip) {
    const auto kernel = parse_kernel(gzip(image()), "k");
    ASSERT_TRUE(kernel) << kernel.error().message;
    EXPECT_EQ(kernel->bytes, image());
}

TEST(BootImage, UnpacksAnEfiProgramThatHoldsGzip) {
    const auto kernel = parse_kernel(zboot(gzip(image()), "gzip"), "k");
    ASSERT_TRUE(kernel) << kernel.error().message;
    EXPECT_EQ(kernel->bytes, image());
}

TEST(BootImage, RefusesAnEfiProgramPackedOtherwiseOrCutShort) {
    EXPECT_THAT(error(zboot({}, "zstd")), HasSubstr("packed by other means than gzip"));
    Bytes cut = zboot(gzip(image()), "gzip");
    cut.pop_back();
    EXPECT_THAT(error(cut), HasSubstr("is cut short"));
}

TEST(BootImage, PackedTwiceIsRefused) {
    EXPECT_THAT(error(gzip(gzip(image()))), HasSubstr("'k' is not a RISC-V kernel"));
}

TEST(BootImage, SaysWhatIsWrongWithCommonMistakes) {
    EXPECT_THAT(error(with_magic(56, "ARM\x64")), HasSubstr("is an AArch64 kernel"));
    EXPECT_THAT(error(with_magic(0x202, "HdrS")), HasSubstr("is an x86 kernel"));
    EXPECT_THAT(error(with_magic(0,
                                 "\xfd"
                                 "7zXZ")),
                HasSubstr("unpack it with xz -d"));
    EXPECT_THAT(error(with_magic(0, "\x28\xb5\x2f\xfd")), HasSubstr("unpack it with zstd -d"));
    EXPECT_EQ(error(with_magic(0, "#!/bin/sh")),
              "'k' is not a RISC-V kernel: an Image, an Image packed by gzip or an ELF file is needed");
    EXPECT_THAT(error({}), HasSubstr("'k' is not a RISC-V kernel"));
}

TEST(BootImage, ElfFileLinkedForLowAddressesCanLieAnywhere) {
    const Bytes bytes =
        TestImage({0x11, 0x22}).at(0xffff'ffff'8000'0000, 0).entry(0xffff'ffff'8000'0004).bytes();
    const auto kernel = parse_kernel(bytes, "vmlinux");
    ASSERT_TRUE(kernel) << kernel.error().message;
    EXPECT_FALSE(kernel->fixed);
    EXPECT_EQ(kernel->entry, 4U);
    EXPECT_EQ(kernel->memory_size, 8U);
    EXPECT_EQ(kernel->bytes[4], std::byte{0x22});
}

TEST(BootImage, ElfFileLinkedForAddressesInRamLiesThere) {
    const auto kernel = parse_kernel(TestImage({0x11}).memory_size(0x100).bytes(), "kernel.elf");
    ASSERT_TRUE(kernel) << kernel.error().message;
    ASSERT_TRUE(kernel->fixed);
    EXPECT_EQ(raw(*kernel->fixed), TestImage::kBase);
    EXPECT_EQ(kernel->memory_size, 0x100U);
    EXPECT_EQ(kernel->bytes.size(), 0x100U);
}

TEST(BootImage, RefusesElfFilesThatAskForTooMuchOrBeginNowhere) {
    EXPECT_THAT(error(TestImage({0}).memory_size(kMaxBootFile + 1).bytes()), HasSubstr("is malformed"));
    EXPECT_THAT(error(TestImage({0}).entry(0x1234).bytes()), HasSubstr("its entry point 0x1234 is in no"));
}

TEST(BootImage, FirmwareIsFlatOrElf) {
    const auto flat = parse_firmware(Bytes(100), "fw.bin");
    ASSERT_TRUE(flat);
    EXPECT_EQ(flat->memory_size, 100U);
    EXPECT_FALSE(flat->fixed);
    const auto elf = parse_firmware(TestImage({0x11}).bytes(), "fw.elf");
    ASSERT_TRUE(elf);
    EXPECT_EQ(elf->bytes.size(), 4U);
}

TEST(BootImage, FileThatIsMissingIsCalledByItsPart) {
    EXPECT_THAT(read_kernel("/nonexistent").error().message, HasSubstr("cannot open kernel '/nonexistent'"));
    EXPECT_THAT(read_firmware("/nonexistent").error().message, HasSubstr("cannot open firmware"));
}

TEST(BootImage, LoadingCopiesAndZeroesTheRest) {
    auto ram = mem::GuestRam::create(mem::PhysAddr{0x8000'0000}, 0x2000).value();
    ASSERT_TRUE(ram.fill(mem::PhysAddr{0x8000'0000}, 0x2000, std::byte{0xff}));
    BootImage loaded;
    loaded.bytes = {std::byte{1}, std::byte{2}};
    loaded.memory_size = 4;
    ASSERT_TRUE(load_boot_image(loaded, mem::PhysAddr{0x8000'1000}, "k", ram));
    EXPECT_EQ(*ram.read<std::uint64_t>(mem::PhysAddr{0x8000'1000}), 0xffff'ffff'0000'0201U);
}

TEST(BootImage, LoadingOutsideTheMemoryChangesNothing) {
    auto ram = mem::GuestRam::create(mem::PhysAddr{0x8000'0000}, 0x2000).value();
    BootImage loaded;
    loaded.bytes = {std::byte{1}};
    loaded.memory_size = 2;
    EXPECT_THAT(load_boot_image(loaded, mem::PhysAddr{0x8000'1fff}, "k", ram).error().message,
                HasSubstr("cannot load 'k': its 2 bytes at 0x80001fff are outside the memory"));
    EXPECT_EQ(*ram.read<std::uint8_t>(mem::PhysAddr{0x8000'1fff}), 0U);
}

}  // namespace
}  // namespace vm::machine
