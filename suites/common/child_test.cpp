#include "suites/common/child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace suites::common {
namespace {

using ::testing::HasSubstr;

TEST(Child, ItsOutputMessagesAndExitCodeAreKept) {
    const auto result = run_child({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"});
    ASSERT_TRUE(result) << result.error();
    EXPECT_EQ(result->output, "out\n");
    EXPECT_EQ(result->messages, "err\n");
    EXPECT_EQ(result->exit_code, 3);
}

TEST(Child, OutputLargerThanAPipeDoesNotBlockIt) {
    const auto result = run_child({"/bin/sh", "-c", "head -c 1000000 /dev/zero"});
    ASSERT_TRUE(result) << result.error();
    EXPECT_EQ(result->output.size(), 1000000U);
}

TEST(Child, ASignalIsExitCode128More) {
    const auto result = run_child({"/bin/sh", "-c", "kill -TERM $$"});
    ASSERT_TRUE(result) << result.error();
    EXPECT_EQ(result->exit_code, 128 + 15);
}

TEST(Child, ItsOwnProcessorTimeIsReported) {
    const auto busy = run_child({"/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"});
    ASSERT_TRUE(busy) << busy.error();
    EXPECT_GT(busy->cpu_time, std::chrono::microseconds(500));
}

TEST(Child, AProgramThatIsNotThereIsAnError) {
    EXPECT_THAT(run_child({"/no/such/program"}).error(), HasSubstr("/no/such/program"));
}

}  // namespace
}  // namespace suites::common
