// Memory as a debugger sees it.

#include <cstdlib>
#include <sys/mman.h>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/user/address_space.h"

namespace vm::user {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kPage = 0x10'0000;
constexpr std::byte kOne{1}, kTwo{2}, kThree{3};

class AddressSpaceDebug : public ::testing::Test {
  protected:
    void map(std::uint64_t address, std::uint8_t permissions, int fd = -1, int sharing = MAP_PRIVATE) {
        ASSERT_TRUE(memory_.map({.address = address,
                                 .length = mem::kPageSize,
                                 .permissions = permissions,
                                 .flags = sharing | (fd < 0 ? MAP_ANONYMOUS : 0),
                                 .fd = fd,
                                 .placement = Placement::fixed}));
    }
    // An open file of that many bytes, which nobody finds.
    static int file(off_t length, int flags) {
        std::string path = ::testing::TempDir() + "vm_debug_XXXXXX";
        const int made = ::mkstemp(path.data());
        EXPECT_EQ(::ftruncate(made, length), 0);
        const int opened = ::open(path.c_str(), flags | O_CLOEXEC);
        ::unlink(path.c_str());
        ::close(made);
        return opened;
    }

    AddressSpace memory_ = *AddressSpace::create();
};

TEST_F(AddressSpaceDebug, PermissionsDoNotMatter) {
    map(kPage, mem::page::kRead | mem::page::kExecute);
    map(kPage + mem::kPageSize, 0);
    const std::array bytes{kOne, kTwo, kThree};
    EXPECT_TRUE(memory_.change(kPage + mem::kPageSize - 1, bytes));
    EXPECT_THAT(memory_.inspect(kPage + mem::kPageSize - 1, 3), ElementsAre(kOne, kTwo, kThree));
    EXPECT_EQ(memory_.ram().flags_at(mem::PhysAddr{kPage}), mem::page::kRead | mem::page::kExecute);
    EXPECT_FALSE(memory_.writable(kPage, 1));
    EXPECT_FALSE(memory_.readable(kPage + mem::kPageSize, 1));
}

TEST_F(AddressSpaceDebug, BytesEndWhereNothingIsMapped) {
    map(kPage, mem::page::kRead | mem::page::kWrite);
    EXPECT_THAT(memory_.inspect(kPage + 4000, 200), SizeIs(96));
    EXPECT_THAT(memory_.inspect(kPage + mem::kPageSize, 1), IsEmpty());
    EXPECT_THAT(memory_.inspect(~std::uint64_t{0}, 1), IsEmpty());
}

TEST_F(AddressSpaceDebug, AllIsWrittenOrNothing) {
    map(kPage, mem::page::kRead | mem::page::kWrite);
    const std::array bytes{kOne, kTwo};
    const auto changed = memory_.change(kPage + mem::kPageSize - 1, bytes);
    ASSERT_FALSE(changed);
    EXPECT_THAT(changed.error().message, HasSubstr("no memory at 0x100fff"));
    EXPECT_THAT(memory_.inspect(kPage + mem::kPageSize - 1, 1), ElementsAre(std::byte{0}));
}

TEST_F(AddressSpaceDebug, DecodedCodeThatIsWrittenIsStale) {
    map(kPage, mem::page::kRead | mem::page::kExecute);
    memory_.ram().mark_code(mem::PhysAddr{kPage}, 4);
    const std::uint64_t before = memory_.ram().code_generation();
    EXPECT_TRUE(memory_.change(kPage, std::array{kOne}));
    EXPECT_EQ(memory_.ram().code_generation(), before + 1);
}

TEST_F(AddressSpaceDebug, FileThatIsSharedForReadingIsNotWritten) {
    const int opened = file(4096, O_RDONLY);
    map(kPage, mem::page::kRead | mem::page::kWrite);
    map(kPage + mem::kPageSize, mem::page::kRead, opened, MAP_SHARED);
    const auto changed = memory_.change(kPage + mem::kPageSize - 1, std::array{kOne, kTwo});
    ASSERT_FALSE(changed);
    EXPECT_THAT(changed.error().message, HasSubstr("cannot be written"));
    EXPECT_THAT(memory_.inspect(kPage + mem::kPageSize - 1, 2), Each(std::byte{0}));
    ::close(opened);
}

TEST_F(AddressSpaceDebug, NothingIsBehindTheEndOfAFileThatWasCutShort) {
    const int opened = file(4096, O_RDWR);
    map(kPage, mem::page::kRead | mem::page::kWrite, opened, MAP_SHARED);
    ASSERT_EQ(::ftruncate(opened, 0), 0);
    EXPECT_THAT(memory_.inspect(kPage, 4), IsEmpty());
    EXPECT_FALSE(memory_.change(kPage, std::array{kOne}));
    ::close(opened);
}

}  // namespace
}  // namespace vm::user
