#include "suites/tlb/trace.h"

#include <gtest/gtest.h>

namespace suites::tlb {
namespace {

TEST(Trace, SumsGoAroundWithTheAddresses) {
    const Trace trace({1, 2, 3}, [](std::uint64_t address) { return address * 10; });
    EXPECT_EQ(trace.sum_of(0), 0U);
    EXPECT_EQ(trace.sum_of(2), 30U);
    EXPECT_EQ(trace.sum_of(3), 60U);
    EXPECT_EQ(trace.sum_of(7), 130U);
    EXPECT_EQ(*trace.batch(4), 2U);
}

}  // namespace
}  // namespace suites::tlb
