#include "vm/user/robust_list.h"

#include <linux/futex.h>

#include <unistd.h>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

// Entries lie 64 bytes apart behind the head, each with its lock 8 bytes behind the link.
class RobustList : public KernelTest {
  protected:
    static constexpr std::uint64_t kHead = kData;
    static constexpr std::uint64_t kOffset = 8;

    static std::uint64_t entry(std::uint64_t index) { return kData + 64 * (index + 1); }
    void put_head(std::uint64_t first, std::uint64_t pending = 0) {
        ASSERT_EQ(memory_.put(kHead, RobustListHead{first, kOffset, pending}), 0);
        kernel_.robust_list = kHead;
    }
    void put_entry(std::uint64_t index, std::uint64_t next, std::uint32_t lock) {
        ASSERT_EQ(memory_.put(entry(index), next), 0);
        ASSERT_EQ(memory_.put(entry(index) + kOffset, lock), 0);
    }
    std::uint32_t lock(std::uint64_t index) { return get<std::uint32_t>(entry(index) + kOffset); }

    const std::uint32_t mine_ = static_cast<std::uint32_t>(::gettid());
};

TEST_F(RobustList, ItsOwnLocksLoseTheirOwner) {
    put_head(entry(0));
    put_entry(0, entry(1), mine_);
    put_entry(1, kHead, mine_ | FUTEX_WAITERS);
    release_robust_list(kernel_);
    EXPECT_EQ(lock(0), std::uint32_t{FUTEX_OWNER_DIED});
    EXPECT_EQ(lock(1), std::uint32_t{FUTEX_OWNER_DIED} | FUTEX_WAITERS);
    EXPECT_EQ(kernel_.robust_list, 0U);
}

TEST_F(RobustList, LocksOfOthersStay) {
    put_head(entry(0));
    put_entry(0, kHead, mine_ + 1);
    release_robust_list(kernel_);
    EXPECT_EQ(lock(0), mine_ + 1);
}

TEST_F(RobustList, ThePendingOneCounts) {
    put_head(kHead, entry(0));
    put_entry(0, 0, mine_);
    release_robust_list(kernel_);
    EXPECT_EQ(lock(0), std::uint32_t{FUTEX_OWNER_DIED});
}

TEST_F(RobustList, ACircleEnds) {
    put_head(entry(0));
    put_entry(0, entry(1), mine_);
    put_entry(1, entry(0), mine_);
    release_robust_list(kernel_);
    EXPECT_EQ(lock(1), std::uint32_t{FUTEX_OWNER_DIED});
}

TEST_F(RobustList, AListThatLeadsNowhereEnds) {
    put_head(kUnmapped);
    release_robust_list(kernel_);
    put_head(entry(0));
    put_entry(0, ~std::uint64_t{0}, mine_);
    release_robust_list(kernel_);
    EXPECT_EQ(lock(0), std::uint32_t{FUTEX_OWNER_DIED});
    kernel_.robust_list = kUnmapped;
    release_robust_list(kernel_);
}

}  // namespace
}  // namespace vm::user
