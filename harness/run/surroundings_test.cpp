#include "harness/run/surroundings.h"

#include <csignal>

#include <gmock/gmock.h>
#include <unistd.h>

namespace harness::run {
namespace {

using model::PairEnding;
using testing::ElementsAre;

Interrupts interrupts() { return std::move(Interrupts::create().value()); }

model::Pair failed() {
    model::Pair pair;
    pair.ending = PairEnding::failed;
    pair.failed_side = model::Side::head;
    pair.error = "interrupted";
    return pair;
}

TEST(Surroundings, TheHarnessRunsOnItsCpuMeanwhile) {
    const auto cpus = allowed_cpus().value();
    auto signals = interrupts();
    const auto pair = measure_in_place(choose_cpus(cpus), signals, [&](const RunCanary& run_canary) {
        EXPECT_THAT(allowed_cpus().value(), ElementsAre(choose_cpus(cpus).harness));
        EXPECT_GT(run_canary(), 0);
        return model::Pair();
    });
    EXPECT_EQ(pair.worker_cpu, choose_cpus(cpus).workers);
    EXPECT_EQ(pair.harness_cpu, choose_cpus(cpus).harness);
    EXPECT_GT(pair.duration_ns, 0);
    EXPECT_EQ(allowed_cpus().value(), cpus);
}

TEST(Surroundings, WithoutAPlacementNothingIsPinned) {
    const auto cpus = allowed_cpus().value();
    auto signals = interrupts();
    const auto pair = measure_in_place(std::nullopt, signals, [&](const RunCanary& run_canary) {
        EXPECT_EQ(allowed_cpus().value(), cpus);
        EXPECT_FALSE(run_canary);
        return model::Pair();
    });
    EXPECT_EQ(pair.worker_cpu, std::nullopt);
}

TEST(Surroundings, ACpuThatIsNotThereFailsThePair) {
    auto signals = interrupts();
    const auto pair = measure_in_place(Placement{1000, 1000, Distance::same}, signals,
                                       [](const RunCanary&) { return model::Pair(); });
    EXPECT_EQ(pair.ending, PairEnding::failed);
    EXPECT_EQ(pair.error, "cannot run on CPU 1000: Invalid argument");
}

TEST(Surroundings, AFailureAtAnInterruptIsNoSidesFault) {
    auto signals = interrupts();
    kill(getpid(), SIGINT);
    const auto pair = measure_in_place(std::nullopt, signals, [](const RunCanary&) { return failed(); });
    EXPECT_EQ(pair.ending, PairEnding::interrupted);
    EXPECT_EQ(pair.failed_side, std::nullopt);
}

TEST(Surroundings, AFailureWithoutOneIsItsSides) {
    auto signals = interrupts();
    const auto pair = measure_in_place(std::nullopt, signals, [](const RunCanary&) { return failed(); });
    EXPECT_EQ(pair.ending, PairEnding::failed);
    EXPECT_EQ(pair.failed_side, model::Side::head);
}

}  // namespace
}  // namespace harness::run
