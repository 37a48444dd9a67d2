#include "suites/tlb/team.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace suites::tlb {
namespace {

TEST(Team, SharesAddUpToTheWhole) {
    for (const unsigned threads : {1U, 2U, 3U, 8U}) {
        std::uint64_t sum = 0;
        for (unsigned member = 0; member < threads; ++member) {
            sum += share_of(1001, threads, member);
        }
        EXPECT_EQ(sum, 1001U);
    }
}

TEST(Team, MoreThreadsThanCpusAreSaidSo) {
    const auto cpus = static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN));
    EXPECT_EQ(team_text(1), "1_thread");
    EXPECT_NE(team_text(cpus + 1).find("_on_" + std::to_string(cpus) + "_cpus"), std::string::npos);
    EXPECT_EQ(team_text(cpus).find("_on_"), std::string::npos);
}

}  // namespace
}  // namespace suites::tlb
