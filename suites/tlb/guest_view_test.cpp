#include "suites/tlb/guest_view.h"

#include <array>

#include <gtest/gtest.h>

#include "vm/mem/host_access.h"

namespace suites::tlb {
namespace {

using vm::mem::host_load;

constexpr std::uint64_t kFirst = GuestView::kFirst;

TEST(GuestView, ShowsTheKnownWordsInBothAddressSpaces) {
    GuestView view(1024, PageSize::small);
    for (const auto space : std::to_array<std::uint16_t>({0, 1, 0})) {
        view.select(space);
        for (std::uint64_t page = 0; page < 1024; ++page) {
            const std::uint64_t address = kFirst + page * 4096 + page * 8 % 4096;
            ASSERT_EQ(host_load<std::uint64_t>(view.reach(address)), view.word_at(address, space));
        }
    }
    EXPECT_NE(view.word_at(kFirst, 0), view.word_at(kFirst, 1));
    EXPECT_EQ(view.counts().walks, 2048U);
    EXPECT_EQ(view.counts().hits, 1024U);
}

TEST(GuestView, ShowsSuperpages) {
    GuestView view(4, PageSize::large);
    const std::uint64_t address = kFirst + (3 << 21) + 0x12'3458;
    EXPECT_EQ(host_load<std::uint64_t>(view.reach(address)), view.word_at(address));
}

TEST(GuestView, HasNothingBeyondItsPages) {
    GuestView view(4, PageSize::small);
    EXPECT_EQ(view.reach(kFirst + 4 * 4096), nullptr);
    EXPECT_EQ(view.reach(0), nullptr);
}

TEST(GuestView, EachFlushMakesTheNextAccessWalk) {
    GuestView view(4, PageSize::small);
    view.reach(kFirst);
    view.flush();
    view.reach(kFirst);
    view.flush_asid(1);
    view.reach(kFirst);
    view.flush_address(kFirst);
    view.reach(kFirst);
    view.flush_address(kFirst, 1);
    view.reach(kFirst);
    view.flush_address(kFirst, 2);
    view.reach(kFirst);
    EXPECT_EQ(view.counts().walks, 5U);
    EXPECT_EQ(view.counts().hits, 0U);
}

}  // namespace
}  // namespace suites::tlb
