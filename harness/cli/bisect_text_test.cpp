#include "harness/cli/bisect_text.h"

#include <cmath>

#include <gmock/gmock.h>

namespace harness::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const stats::KnownStep kStep{std::log(1.1), 0.001, 0.004};

std::vector<run::LoggedCommit> commits(std::size_t count) {
    std::vector<run::LoggedCommit> all;
    for (std::size_t i = 0; i < count; ++i)
        all.push_back({std::string(40, static_cast<char>('a' + i)), fmt::format("change {}", i)});
    return all;
}

// Five commits: 1 is fine, 2 does not build, 3 has the step.
duel::Bisected search() {
    duel::Bisected result;
    result.ending = duel::BisectEnding::found;
    result.suspects = {2, 3, 0.9789};
    result.posterior = {0.001, 0.01, 0.48945, 0.48945, 0.0101};
    result.tried = {{2, {}, "building cccccccccccc failed"},
                    {1, {0.001, 0.001, 0.002, 0.002}, ""},
                    {3, {std::log(1.1), std::log(1.1), std::log(1.1), std::log(1.1)}, ""}};
    return result;
}

TEST(BisectText, ChangesAreRatiosInPercent) {
    EXPECT_EQ(change_text(std::log(1.098)), "+9.8 %");
    EXPECT_EQ(change_text(std::log(0.98)), "-2.0 %");
}

TEST(BisectText, TheTableHasTriedAndSuspectCommitsOldestFirst) {
    EXPECT_EQ(bisect_table(commits(5), search(), kStep),
              "commit        pairs  change   shows                  first bad  subject\n"
              "bbbbbbbbbbbb  4      +0.2 %   no step                1.0 %      change 1\n"
              "cccccccccccc  0      -        skipped                48.9 %     change 2\n"
              "dddddddddddd  4      +10.0 %  step                   48.9 %     change 3\n"
              "eeeeeeeeeeee  0      +10.0 %  step (the bad commit)  1.0 %      change 4\n");
}

TEST(BisectText, ValuesBetweenAreUnclear) {
    duel::Bisected result = search();
    result.tried[1].values = {kStep.size / 2};
    EXPECT_THAT(bisect_table(commits(5), result, kStep), HasSubstr("+4.9 %   unclear"));
}

TEST(BisectText, OneSuspectIsTheAnswer) {
    duel::Bisected result = search();
    result.suspects = {3, 3, 0.9789};
    EXPECT_EQ(bisect_answer(commits(5), result, "cpu/fp", "good"),
              "first bad commit: " + std::string(40, 'd') + " change 3 (97 %)\n");
}

TEST(BisectText, AnUnresolvableRangeIsListed) {
    EXPECT_EQ(bisect_answer(commits(5), search(), "cpu/fp", "good"),
              "first bad commit: one of 2, of which only the last can be measured (97 %)\n  " +
                  std::string(40, 'c') + " change 2\n  " + std::string(40, 'd') + " change 3\n");
}

TEST(BisectText, WithoutAnAnswerItSaysWhyAndWhatIsLeft) {
    duel::Bisected result = search();
    result.ending = duel::BisectEnding::out_of_time;
    const std::string answer = bisect_answer(commits(5), result, "cpu/fp", "good");
    EXPECT_THAT(answer, HasSubstr("not decided: the budget is spent\n"));
    EXPECT_THAT(answer, HasSubstr("the first bad commit is among 2 commits (97 %):\n  ccc"));
}

TEST(BisectText, TwoStepsAreToBeSearchedApart) {
    duel::Bisected result = search();
    result.ending = duel::BisectEnding::between;
    result.part_of_step = 1;
    const std::string answer = bisect_answer(commits(5), result, "cpu/fp", std::string(40, 'f'));
    EXPECT_THAT(answer, HasSubstr("bbbbbbbbbbbb shows a part of the step only"));
    EXPECT_THAT(answer, HasSubstr("`vmbench bisect cpu/fp ffffffffffff bbbbbbbbbbbb`"));
    EXPECT_THAT(answer, HasSubstr("`vmbench bisect cpu/fp bbbbbbbbbbbb eeeeeeeeeeee`"));
}

TEST(BisectText, ManySuspectsAreNamedByTheirEnds) {
    duel::Bisected result;
    result.ending = duel::BisectEnding::interrupted;
    result.suspects = {1, 18, 0.96};
    result.posterior = std::vector<double>(20, 0.05);
    const std::string answer = bisect_answer(commits(20), result, "cpu/fp", "good");
    EXPECT_THAT(answer, HasSubstr("among 18 commits (96 %):\n  bbb"));
    EXPECT_THAT(answer, HasSubstr("change 1\n  ...\n  sss"));
    EXPECT_THAT(bisect_table(commits(20), result, kStep), Not(HasSubstr("change 5")));
}

}  // namespace
}  // namespace harness::cli
