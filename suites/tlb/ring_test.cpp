#include "suites/tlb/ring.h"

#include <set>

#include <gtest/gtest.h>

#include "vm/mem/host_access.h"

namespace suites::tlb {
namespace {

using vm::mem::host_load;

TEST(Ring, GuestChainVisitsEveryPageAndComesBack) {
    const Ring ring(32);
    std::set<std::uint64_t> seen;
    std::uint64_t address = ring.guest_after(0);
    for (std::uint64_t step = 0; step < 32; ++step) {
        ASSERT_EQ(address, ring.guest_after(step));
        seen.insert(address >> 12);
        const std::byte* const host = ring.tlb().find(address, 8);
        ASSERT_EQ(host, ring.host_after(step));
        address = host_load<std::uint64_t>(host);
    }
    EXPECT_EQ(seen.size(), 32U);
    EXPECT_EQ(address, ring.guest_after(0));
}

TEST(Ring, HostChainGoesTheSameWay) {
    const Ring ring(32);
    const std::byte* host = ring.host_after(0);
    for (std::uint64_t step = 0; step < 64; ++step) {
        ASSERT_EQ(host, ring.host_after(step));
        host = reinterpret_cast<const std::byte*>(host_load<std::uint64_t>(host + 8));
    }
}

TEST(Ring, TracesSumWhatTheChainReads) {
    const Ring ring(32);
    EXPECT_EQ(ring.guest_trace().sum_of(2), ring.guest_after(1) + ring.guest_after(2));
    EXPECT_EQ(ring.host_trace().sum_of(2), ring.guest_trace().sum_of(2));
    EXPECT_EQ(ring.guest_trace().batch(0)[33], ring.guest_after(1));
}

}  // namespace
}  // namespace suites::tlb
