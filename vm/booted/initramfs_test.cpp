#include "vm/booted/initramfs.h"

#include <gtest/gtest.h>

namespace vm::booted {
namespace {

constexpr std::size_t kHeader = 110;

TEST(Initramfs, HoldsTheProgramAsAnExecutableFileThenTheTrailer) {
    const std::string archive = initramfs_with("crc", "12345");
    EXPECT_EQ(archive.substr(0, 6 + 8 + 8), "07070100000001000081ed");  // magic, inode, mode
    EXPECT_EQ(archive.substr(6 + 6 * 8, 8), "00000005");                // bytes
    EXPECT_EQ(archive.substr(kHeader, 4), std::string("crc\0", 4));
    // Name and content end at multiples of four bytes.
    const std::size_t content = 116;
    EXPECT_EQ(archive.substr(content, 8), std::string("12345\0\0\0", 8));
    EXPECT_EQ(archive.substr(content + 8, 6), "070701");
    EXPECT_EQ(archive.substr(content + 8 + kHeader, 11), std::string("TRAILER!!!\0", 11));
    EXPECT_EQ(archive.size() % 4, 0U);
}

}  // namespace
}  // namespace vm::booted
