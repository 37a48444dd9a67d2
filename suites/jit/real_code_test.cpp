#include "suites/jit/real_code.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

#include "suites/jit/guest.h"
#include "suites/jit/test_folder.h"
#include "vm/ir/block.h"

namespace suites::jit {
namespace {

TEST(RealCode, TracesHaveExactlyTheInstructionsAskedForAndBeginApart) {
    UserGuest guest(test_folder(), std::nullopt);
    const RealCode code(test_folder());
    vm::ir::Block block;
    for (const std::uint32_t instructions : {10U, 50U, 100U}) {
        const auto traces = code.traces(guest.frontend(), instructions, 64);
        EXPECT_GE(traces.size(), instructions == 100 ? 10u : 64u) << instructions;
        std::set<const std::byte*> starts;
        for (const auto& trace : traces) {
            EXPECT_EQ(guest.frontend().lift(block, trace), instructions);
            EXPECT_LE(trace.pc % 4096 + trace.bytes.size(), 4096u);
            starts.insert(trace.bytes.data());
        }
        ASSERT_EQ(starts.size(), traces.size());
        // Ten instructions, of two bytes at least.
        for (auto at = starts.begin(); std::next(at) != starts.end(); ++at) {
            EXPECT_GE(*std::next(at) - *at, 20);
        }
    }
}

TEST(RealCode, WhatIsMissingIsAnError) {
    EXPECT_THROW(RealCode("nowhere"), std::runtime_error);
    UserGuest guest(test_folder(), std::nullopt);
    EXPECT_THROW(static_cast<void>(RealCode(test_folder()).traces(guest.frontend(), 10'000, 1)),
                 std::runtime_error);
}

}  // namespace
}  // namespace suites::jit
