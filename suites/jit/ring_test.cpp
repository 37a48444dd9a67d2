#include "suites/jit/ring.h"

#include <set>

#include <gtest/gtest.h>

#include "suites/jit/kernels.h"
#include "suites/jit/test_folder.h"

namespace suites::jit {
namespace {

TEST(Ring, LeadsThroughEveryLineAndBackInGuestAndHost) {
    constexpr std::uint64_t kLines = 256;
    SystemGuest guest(test_folder(), std::nullopt, kLines * 64);
    const Ring ring(guest, kLines * 64);
    std::set<std::uint64_t> places;
    for (std::uint64_t step = 0; step < kLines; ++step) places.insert(ring.guest_after(step));
    EXPECT_EQ(places.size(), kLines);
    const std::uint64_t function = guest.address_of("chase");
    for (const std::uint64_t steps : {16U, 48U, 256U, 1600U}) {
        EXPECT_EQ(guest.call(function, {ring.guest_after(0), steps}), ring.guest_after(steps));
        EXPECT_EQ(chase(ring.host_after(0), steps), ring.host_after(steps));
    }
}

}  // namespace
}  // namespace suites::jit
