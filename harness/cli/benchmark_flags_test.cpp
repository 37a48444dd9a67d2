#include "harness/cli/benchmark_flags.h"

#include <gmock/gmock.h>

namespace harness::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(BenchmarkFlags, ArePassedOnAsTheyAre) {
    const auto flags = read_benchmark_flags({"--benchmark_repetitions=3", "--benchmark_context=a=b"}).value();
    EXPECT_THAT(flags.passed, ElementsAre("--benchmark_repetitions=3", "--benchmark_context=a=b"));
    EXPECT_FALSE(flags.slice.has_value());
}

TEST(BenchmarkFlags, MinTimeIsTheSliceWithOrWithoutItsUnit) {
    EXPECT_EQ(read_benchmark_flags({"--benchmark_min_time=0.25"}).value().slice,
              std::chrono::milliseconds(250));
    EXPECT_EQ(read_benchmark_flags({"--benchmark_min_time=2s"}).value().slice, std::chrono::seconds(2));
    EXPECT_FALSE(read_benchmark_flags({"--benchmark_min_time=100x"}).has_value());
}

TEST(BenchmarkFlags, ThatVmbenchNeedsAreRefusedWithAnAlternative) {
    EXPECT_THAT(read_benchmark_flags({"--benchmark_filter=x"}).error().message, HasSubstr("use --filter"));
    for (const char* flag : {"--benchmark_out=x", "--benchmark_out_format=csv", "--benchmark_format=csv",
                             "--benchmark_list_tests=true"}) {
        EXPECT_THAT(read_benchmark_flags({flag}).error().message, HasSubstr("cannot be passed on")) << flag;
    }
}

TEST(BenchmarkFlags, NeedTheirValueAtOnce) {
    EXPECT_THAT(read_benchmark_flags({"--benchmark_repetitions"}).error().message,
                HasSubstr("needs its value with ="));
}

}  // namespace
}  // namespace harness::cli
