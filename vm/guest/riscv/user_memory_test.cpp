#include "vm/guest/riscv/user_memory.h"

#include <sys/mman.h>

#include <gtest/gtest.h>

#include "vm/guest/riscv/trap_cause.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kPage = 0x40000;

class UserMemoryTest : public testing::Test {
  protected:
    UserMemoryTest() {
        const auto at = mem::PhysAddr{kPage};
        EXPECT_EQ(::mprotect(ram_.host(at), mem::kPageSize, PROT_READ | PROT_WRITE), 0);
    }

    void permit(std::uint8_t permissions) {
        ram_.set_permissions(mem::PhysAddr{kPage}, mem::kPageSize, permissions);
    }

    mem::GuestRam ram_ =
        mem::GuestRam::create(mem::PhysAddr{0}, UserMemory::kSize, mem::Backing::reserved).value();
    UserMemory memory_{ram_};
};

TEST_F(UserMemoryTest, FastPathsFollowThePagesPermissions) {
    EXPECT_EQ(memory_.load_pointer(kPage, 8), nullptr);
    permit(mem::page::kRead);
    EXPECT_EQ(memory_.load_pointer(kPage, 8), ram_.host(mem::PhysAddr{kPage}));
    EXPECT_EQ(memory_.store_pointer(kPage, 8), nullptr);
    permit(mem::page::kRead | mem::page::kWrite);
    EXPECT_EQ(memory_.store_pointer(kPage, 8), ram_.host(mem::PhysAddr{kPage}));
}

TEST_F(UserMemoryTest, FastPathsRefuseAccessesThatCrossThePage) {
    permit(mem::page::kRead);
    EXPECT_NE(memory_.load_pointer(kPage + 4096 - 8, 8), nullptr);
    EXPECT_EQ(memory_.load_pointer(kPage + 4096 - 7, 8), nullptr);
    EXPECT_NE(memory_.load_pointer(kPage + 4095, 1), nullptr);
}

TEST_F(UserMemoryTest, StoreToDecodedPageTakesTheSlowPathOnceAndAdvancesTheGeneration) {
    permit(mem::page::kPermissions);
    memory_.mark_code(kPage, 4);
    const std::uint64_t before = memory_.code_generation();
    EXPECT_EQ(memory_.store_pointer(kPage + 64, 4), nullptr);
    EXPECT_TRUE(memory_.store_slow(kPage + 64, 4, 0x12345678));
    EXPECT_EQ(memory_.code_generation(), before + 1);
    EXPECT_NE(memory_.store_pointer(kPage + 64, 4), nullptr);
    EXPECT_TRUE(memory_.load_slow(kPage + 64, 4));
    EXPECT_EQ(memory_.slow().value, 0x12345678U);
}

TEST_F(UserMemoryTest, AtomicAccessDemandsAlignmentAndWritePermission) {
    permit(mem::page::kRead);
    EXPECT_EQ(memory_.atomic_pointer(kPage, 8), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kStorePage, kPage}));
    EXPECT_EQ(memory_.reserve_pointer(kPage + 4, 8), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kLoadMisaligned, kPage + 4}));
    EXPECT_NE(memory_.reserve_pointer(kPage + 8, 8), nullptr);
}

TEST_F(UserMemoryTest, FetchDemandsExecutePermissionAndAnswersBytesToThePageEnd) {
    permit(mem::page::kRead);
    EXPECT_FALSE(memory_.fetch(kPage));
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kFetchPage, kPage}));
    permit(mem::page::kRead | mem::page::kExecute);
    EXPECT_TRUE(memory_.fetch(kPage + 4094));
    EXPECT_EQ(memory_.slow().code_bytes, 2U);
}

}  // namespace
}  // namespace vm::guest::riscv
