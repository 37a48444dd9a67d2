#include "vm/debug/breakpoints.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::debug {
namespace {

struct Range {
    std::uint64_t address = 0;
    std::uint64_t length = 0;
    bool loads = false;
    bool stores = false;

    friend bool operator==(const Range&, const Range&) = default;
};

constexpr std::array kAll{
    Breakpoint{BreakpointKind::software, 0x10, 2},     Breakpoint{BreakpointKind::write_watch, 0x20, 8},
    Breakpoint{BreakpointKind::hardware, 0x30, 4},     Breakpoint{BreakpointKind::read_watch, 0x40, 1},
    Breakpoint{BreakpointKind::access_watch, 0x50, 4},
};

TEST(BreakpointKinds, EnginesAreToldOfCodeAndOfData) {
    EXPECT_THAT(code_addresses(kAll), ::testing::ElementsAre(0x10, 0x30));
    EXPECT_THAT(watchpoints_of<Range>(kAll),
                ::testing::ElementsAre(Range{0x20, 8, false, true}, Range{0x40, 1, true, false},
                                       Range{0x50, 4, true, true}));
}

TEST(BreakpointKinds, AWatchpointSaysWhatWasAskedFor) {
    EXPECT_EQ(kind_of(Range{.stores = true}), BreakpointKind::write_watch);
    EXPECT_EQ(kind_of(Range{.loads = true}), BreakpointKind::read_watch);
    EXPECT_EQ(kind_of(Range{.loads = true, .stores = true}), BreakpointKind::access_watch);
}

}  // namespace
}  // namespace vm::debug
