#include "harness/stats/session.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace harness::stats {
namespace {

using Groups = std::vector<std::vector<double>>;

TEST(SessionSpread, OfTwoSessionsIsTheirScaledDifference) {
    // 0.1 * sqrt(pi) / 2
    const auto spread = session_spread(Groups{{1.0, 1.1}});
    EXPECT_NEAR(spread.deviation, 0.0886227, 1e-7);
    EXPECT_EQ(spread.sessions, 2u);
    EXPECT_EQ(spread.degrees, 1u);
}

TEST(SessionSpread, IgnoresWhatDiffersBetweenPrograms) {
    const auto spread = session_spread(Groups{{1.0, 1.1}, {5.0, 5.1}, {9.0}});
    EXPECT_NEAR(spread.deviation, 0.0886227, 1e-7);
    EXPECT_EQ(spread.sessions, 4u);
    EXPECT_EQ(spread.degrees, 2u);
}

TEST(SessionSpread, OfSingleSessionsIsUnknown) {
    EXPECT_EQ(session_spread(Groups{{1.0}, {2.0}}), SessionSpread{});
    EXPECT_EQ(session_spread(Groups{}), SessionSpread{});
}

TEST(SessionSpread, EstimatesTheStandardDeviationOfNormalSessions) {
    std::mt19937_64 random(7);
    std::normal_distribution<> noise(0, 0.03);
    double sum = 0;
    for (int trial = 0; trial < 4000; ++trial) {
        std::vector<double> sessions(5);
        for (double& value : sessions) value = noise(random);
        sum += session_spread(Groups{sessions}).deviation;
    }
    EXPECT_NEAR(sum / 4000, 0.03, 0.0005);
}

TEST(Moderated, LiesBetweenItsOwnAndTheTypicalSpread) {
    // sqrt((4 * 0 + 8 * 0.03^2) / 12)
    EXPECT_NEAR(moderated({0, 5, 4}, 0.03, 8), 0.0244949, 1e-7);
    EXPECT_NEAR(moderated({0.03, 5, 4}, 0.03, 8), 0.03, 1e-12);
}

TEST(Moderated, WithoutAPriorIsItsOwn) { EXPECT_EQ(moderated({0.02, 5, 4}, 0.5, 0), 0.02); }

}  // namespace
}  // namespace harness::stats
