#include "harness/run/canary.h"

#include <gmock/gmock.h>

#include "harness/run/pinning.h"

namespace harness::run {
namespace {

using testing::ElementsAre;

TEST(Canary, TakesTime) {
    // 24,000 rounds of dependent operations take more than 1 us on any machine.
    EXPECT_GT(run_canary(), 1000);
}

TEST(Canary, ComesHomeAgain) {
    const auto cpus = allowed_cpus().value();
    const auto pin = Pin::create(cpus.front());
    EXPECT_GT(run_canary_on(cpus.back(), cpus.front()), 1000);
    EXPECT_THAT(allowed_cpus().value(), ElementsAre(cpus.front()));
}

TEST(Canary, ACpuThatIsNotThereGivesNothing) { EXPECT_EQ(run_canary_on(1000, 0), 0); }

}  // namespace
}  // namespace harness::run
