#include "suites/common/slice_runner.h"

#include <cstdlib>
#include <stdexcept>

#include <gmock/gmock.h>

#include "suites/common/guards.h"

namespace suites::common {
namespace {

using harness::model::SliceAnswer;
using ::testing::ElementsAre;

class Slices : public ::testing::Test {
  protected:
    Case entry(std::function<void(benchmark::State&)> body) {
        return {.id = "one", .body = std::move(body), .metrics = {time_metric()}, .tags = {}};
    }

    // Counts its iterations into `iterations_`, one number a call.
    Case counting() {
        return entry([this](benchmark::State& state) {
            std::int64_t count = 0;
            for (auto _ : state) {
                benchmark::DoNotOptimize(++count);
            }
            iterations_.push_back(count);
        });
    }

    std::vector<std::int64_t> iterations_;
};

TEST_F(Slices, EachRunsTheIterationsAskedOnce) {
    const Case one = counting();
    SliceRunner runner(one, 1);
    EXPECT_EQ(runner.run({.number = 1, .iterations = 1000}).iterations, 1000);
    EXPECT_EQ(runner.run({.number = 2, .iterations = 77}).number, 2);
    EXPECT_THAT(iterations_, ElementsAre(1000, 77));
}

TEST_F(Slices, TimesAreOfAllIterations) {
    const Case one = entry([](benchmark::State& state) {
        for (auto _ : state) {
            for (int i = 0; i < 1000; ++i) {
                scalar_barrier(i);
            }
        }
    });
    SliceRunner runner(one, 1);
    const SliceAnswer answer = runner.run({.number = 1, .iterations = 1000});
    EXPECT_EQ(answer.error, "");
    // A million steps take more than 10 us on any machine.
    EXPECT_GT(answer.cpu_ns, 10'000);
    EXPECT_GT(answer.wall_ns, 10'000);
}

TEST_F(Slices, ABatchIsFinishedAndReported) {
    const Case one = entry([](benchmark::State& state) {
        while (state.KeepRunningBatch(64)) {
        }
    });
    SliceRunner runner(one, 1);
    EXPECT_EQ(runner.run({.number = 1, .iterations = 100}).iterations, 128);
}

TEST_F(Slices, ASlowdownRunsMoreThanItReports) {
    const Case one = counting();
    SliceRunner runner(one, 1.03);
    EXPECT_EQ(runner.run({.number = 1, .iterations = 1000}).iterations, 1000);
    EXPECT_THAT(iterations_, ElementsAre(1030));
}

TEST_F(Slices, ASlowdownOfTooFewIterationsIsAnError) {
    const Case one = counting();
    SliceRunner runner(one, 1.03);
    EXPECT_EQ(runner.run({.number = 1, .iterations = 10}).error,
              "10 iterations are too few for a slowdown of 1.03");
    EXPECT_TRUE(iterations_.empty());
}

TEST_F(Slices, AFailedCheckIsTheError) {
    const Case one = entry([](benchmark::State& state) {
        for (auto _ : state) {
        }
        expect_equal(state, "sum", 3, 4);
    });
    SliceRunner runner(one, 1);
    const SliceAnswer answer = runner.run({.number = 5, .iterations = 10});
    EXPECT_EQ(answer.error, "sum is 3, not 4");
    EXPECT_EQ(answer.number, 5);
}

TEST_F(Slices, AnExceptionIsTheError) {
    const Case one = entry([](benchmark::State&) { throw std::runtime_error("no memory"); });
    SliceRunner runner(one, 1);
    EXPECT_EQ(runner.run({.number = 1, .iterations = 10}).error, "no memory");
}

TEST_F(Slices, TheWorkingSetIsTouchedBeforeEach) {
    std::vector<std::string> calls;
    Case one = entry([&](benchmark::State& state) {
        calls.push_back("body");
        for (auto _ : state) {
        }
    });
    one.touch = [&] { calls.push_back("touch"); };
    SliceRunner runner(one, 1);
    runner.run({.number = 1, .iterations = 10});
    runner.run({.number = 2, .iterations = 10});
    EXPECT_THAT(calls, ElementsAre("touch", "body", "touch", "body"));
}

TEST_F(Slices, ProcessorTimeCountsReapedChildren) {
    const Case one = entry([](benchmark::State& state) {
        for (auto _ : state) {
            EXPECT_EQ(std::system("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"), 0);
        }
    });
    SliceRunner runner(one, 1);
    const SliceAnswer answer = runner.run({.number = 1, .iterations = 1});
    // The shell's loop takes milliseconds, starting it far less than one of this process.
    EXPECT_GT(answer.cpu_ns, 2'000'000);
    EXPECT_GT(answer.wall_ns, 2'000'000);
    EXPECT_GT(answer.voluntary_switches, 0);
}

TEST_F(Slices, TheTimeThatACaseReportsIsItsProcessorTime) {
    Case one = entry([](benchmark::State& state) {
        for (auto _ : state) {
            state.SetIterationTime(2.5);
        }
    });
    one.time_source = TimeSource::manual;
    SliceRunner runner(one, 1);
    const SliceAnswer answer = runner.run({.number = 1, .iterations = 4});
    EXPECT_EQ(answer.cpu_ns, 10'000'000'000);
    EXPECT_LT(answer.wall_ns, 10'000'000'000);
}

TEST_F(Slices, CountersAreHandedOn) {
    const Case one = entry([](benchmark::State& state) {
        for (auto _ : state) {
        }
        state.counters["work"] = 42;
    });
    SliceRunner runner(one, 1);
    EXPECT_EQ(runner.run({.number = 1, .iterations = 10}).counters.at("work"), 42);
}

}  // namespace
}  // namespace suites::common
