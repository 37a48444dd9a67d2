#include "vm/tests/differential/engine_runs.h"

#include <gtest/gtest.h>

namespace vm::tests {
namespace {

constexpr std::byte kBytes[] = {std::byte{'h'}, std::byte{'i'}};

TEST(EngineRuns, CollectsOutputAndExitCodeOfBoth) {
    const auto outcomes = run_on_both({.vm = "cat", .qemu = "false"}, kBytes);
    ASSERT_TRUE(outcomes.has_value());
    EXPECT_EQ(outcomes->vm.exit_code, 0);
    EXPECT_EQ(outcomes->vm.output, (std::vector<std::byte>{kBytes[0], kBytes[1]}));
    EXPECT_EQ(outcomes->qemu.exit_code, 1);
    EXPECT_TRUE(outcomes->qemu.output.empty());
}

TEST(EngineRuns, ReportsACommandThatDoesNotExistByItsExitCode) {
    const auto outcomes = run_on_both({.vm = "cat", .qemu = "/nonexistent/engine 2>/dev/null"}, kBytes);
    ASSERT_TRUE(outcomes.has_value());
    EXPECT_EQ(outcomes->qemu.exit_code, 127);
}

}  // namespace
}  // namespace vm::tests
