#include "vm/machine/boot_file.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/machine/test_gzip.h"

namespace vm::machine {
namespace {

using testing::gzip;
using ::testing::HasSubstr;

std::vector<std::byte> text(std::string_view value) {
    const auto* first = reinterpret_cast<const std::byte*>(value.data());
    return {first, first + value.size()};
}

class ReadBootFile : public ::testing::Test {
  protected:
    ReadBootFile() {
        std::string name = ::testing::TempDir() + "/boot_file.XXXXXX";
        folder = ::mkdtemp(name.data());
    }
    ~ReadBootFile() override {
        ::unlink(path().c_str());
        ::rmdir(folder.c_str());
    }

    std::string path() const { return folder + "/file"; }
    void write(std::string_view contents) { std::ofstream(path()) << contents; }

    std::string folder;
};

TEST_F(ReadBootFile, GivesAllBytes) {
    write("kernel");
    const auto bytes = read_boot_file("kernel", path(), 6);
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(*bytes, text("kernel"));
}

TEST_F(ReadBootFile, SaysWhatCannotBeOpenedAndWhy) {
    EXPECT_EQ(read_boot_file("kernel", path(), 6).error().message,
              "cannot open kernel '" + path() + "': No such file or directory");
}

TEST_F(ReadBootFile, RefusesWhatIsNoFile) {
    EXPECT_THAT(read_boot_file("initrd", folder, 6).error().message, HasSubstr("not a regular file"));
}

TEST_F(ReadBootFile, RefusesEmptyAndLargeFiles) {
    write("");
    EXPECT_THAT(read_boot_file("initrd", path(), 6).error().message, HasSubstr("is empty"));
    write("1234567");
    EXPECT_THAT(read_boot_file("initrd", path(), 6).error().message,
                HasSubstr("has 7 bytes, at most 6 are supported"));
}

TEST(UnpackGzip, GivesWhatWasPacked) {
    const std::vector<std::byte> original(3 << 20, std::byte{7});
    const auto packed = gzip(original);
    EXPECT_TRUE(is_gzip(packed));
    const auto unpacked = unpack_gzip(packed, "a.gz", original.size());
    ASSERT_TRUE(unpacked) << unpacked.error().message;
    EXPECT_EQ(*unpacked, original);
}

TEST(UnpackGzip, IgnoresWhatFollows) {
    auto packed = gzip(text("kernel"));
    packed.push_back(std::byte{1});
    EXPECT_EQ(unpack_gzip(packed, "a.gz", 100).value(), text("kernel"));
}

TEST(UnpackGzip, StopsAtTheLimit) {
    const auto packed = gzip(std::vector<std::byte>(5000));
    EXPECT_EQ(unpack_gzip(packed, "a.gz", 4999).error().message, "'a.gz' unpacks to more than 4999 bytes");
}

TEST(UnpackGzip, RefusesDataCutShortAnywhere) {
    const auto packed = gzip(text("a kernel that is cut"));
    for (std::size_t size = 0; size < packed.size(); ++size) {
        EXPECT_EQ(unpack_gzip(std::span(packed).first(size), "a.gz", 100).error().message,
                  "cannot unpack 'a.gz': its gzip data is cut short");
    }
}

TEST(UnpackGzip, RefusesDamagedData) {
    auto packed = gzip(text("a kernel that is damaged"));
    packed[packed.size() - 5] ^= std::byte{1};
    EXPECT_EQ(unpack_gzip(packed, "a.gz", 100).error().message,
              "cannot unpack 'a.gz': its gzip data is damaged");
}

TEST(FieldAt, IsLittleEndianAndZeroBeyondTheEnd) {
    const std::vector<std::byte> bytes{std::byte{1}, std::byte{2}, std::byte{3}};
    EXPECT_EQ(field_at<std::uint16_t>(bytes, 1), 0x0302);
    EXPECT_EQ(field_at<std::uint16_t>(bytes, 2), 0);
    EXPECT_EQ(field_at<std::uint64_t>(bytes, ~std::size_t{0}), 0U);
}

}  // namespace
}  // namespace vm::machine
