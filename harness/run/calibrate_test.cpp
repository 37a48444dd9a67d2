#include "harness/run/calibrate.h"

#include <gmock/gmock.h>

#include "harness/run/fake_worker.h"

namespace harness::run {
namespace {

using model::TimeSource;
using std::chrono::milliseconds;
using testing::ElementsAre;

constexpr milliseconds kTarget(20);

class FindIterations : public testing::Test {
  protected:
    // A benchmark whose iterations take cpu_ns_ and wall_ns_, run in batches, the first slice `once_ns_`
    // more.
    Result<FoundIterations> find(TimeSource source = TimeSource::cpu) {
        return find_iterations(
            [this](std::int64_t asked) -> Result<model::SliceAnswer> {
                asked_.push_back(asked);
                model::SliceAnswer answer;
                answer.iterations = (asked + batch_ - 1) / batch_ * batch_;
                const std::int64_t once = asked_.size() == 1 ? once_ns_ : 0;
                answer.cpu_ns = answer.iterations * cpu_ns_ + once;
                answer.wall_ns = answer.iterations * wall_ns_ + once;
                return answer;
            },
            source, kTarget);
    }

    std::vector<std::int64_t> asked_;
    std::int64_t batch_ = 1;
    std::int64_t cpu_ns_ = 1000;
    std::int64_t wall_ns_ = 1000;
    std::int64_t once_ns_ = 0;
};

TEST_F(FindIterations, FillTheSlice) {
    const auto found = find().value();
    EXPECT_EQ(found.iterations, 20'000);
    EXPECT_EQ(found.slice, kTarget);
    EXPECT_THAT(asked_, ElementsAre(1, 10, 100, 1000, 10'000, 20'000));
}

TEST_F(FindIterations, AreSeenToTakeNearTheTarget) {
    for (const std::int64_t ns : {3, 70, 1700, 45'000, 1'300'000, 9'000'000}) {
        cpu_ns_ = wall_ns_ = ns;
        asked_.clear();
        const auto found = find().value();
        EXPECT_GE(found.slice, kTarget * 2 / 3) << ns;
        EXPECT_LE(found.slice, kTarget * 3 / 2) << ns;
        EXPECT_EQ(found.slice.count(), found.iterations * ns);
    }
}

TEST_F(FindIterations, AreOneWhenOneTakesLonger) {
    cpu_ns_ = wall_ns_ = 300'000'000;
    EXPECT_EQ(find().value().iterations, 1);
    EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(FindIterations, AreWholeBatches) {
    batch_ = 4096;
    cpu_ns_ = wall_ns_ = 1;
    EXPECT_EQ(find().value().iterations % 4096, 0);
}

TEST_F(FindIterations, AreOneBatchWhenThatTakesLonger) {
    batch_ = 4096;
    cpu_ns_ = wall_ns_ = 1'000'000;
    EXPECT_EQ(find().value().iterations, 4096);
}

TEST_F(FindIterations, AreNotMisledByASlowFirstSlice) {
    once_ns_ = 500'000'000;
    const auto found = find().value();
    EXPECT_GE(found.iterations, 10'000);
}

TEST_F(FindIterations, FollowTheWallWhereThatDecides) {
    wall_ns_ = 100'000;
    EXPECT_EQ(find(TimeSource::real).value().iterations, 200);
}

TEST_F(FindIterations, OfABenchmarkThatWaitsAreFew) {
    cpu_ns_ = 10;
    wall_ns_ = 1'000'000;
    const auto found = find().value();
    EXPECT_LE(found.iterations * wall_ns_, 2 * 4 * std::chrono::nanoseconds(kTarget).count());
}

TEST_F(FindIterations, OfATimeThatDoesNotFollowThemIsAnError) {
    const auto found = find_iterations(
        [](std::int64_t asked) -> Result<model::SliceAnswer> {
            model::SliceAnswer answer;
            answer.iterations = asked;
            answer.cpu_ns = answer.wall_ns = 1;
            return answer;
        },
        TimeSource::cpu, kTarget);
    EXPECT_EQ(found.error().message,
              "cannot find an iteration count: the time of a slice does not follow its iterations");
}

using Calibrate = FakeWorkers;

TEST_F(Calibrate, AsksAWorker) {
    WorkerStart what;
    what.program = add_worker("base", 1000);
    what.case_id = "good";
    auto interrupts = std::move(Interrupts::create().value());
    const auto calibration = calibrate(what, milliseconds(2), interrupts).value();
    EXPECT_EQ(calibration.iterations, 2000);
    EXPECT_EQ(calibration.slice, milliseconds(2));
    EXPECT_EQ(calibration.hello.case_id, "good");
    EXPECT_GT(calibration.round_trip.count(), 0);
    EXPECT_GT(calibration.start_up.count(), 0);
}

TEST_F(Calibrate, HandsTheFailureOn) {
    WorkerStart what;
    what.program = add_worker("base", 1000);
    what.case_id = "wrong";
    auto interrupts = std::move(Interrupts::create().value());
    EXPECT_EQ(calibrate(what, kTarget, interrupts).error().message, "sum is 3, not 4");
}

}  // namespace
}  // namespace harness::run
