#include "harness/duel/instructions.h"

#include <gmock/gmock.h>

namespace harness::duel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

run::Job job(const std::string& case_id, const std::string& program, std::vector<std::string> tags = {}) {
    model::Case one;
    one.id = case_id;
    one.tags = std::move(tags);
    one.metrics = {{"time", "ns", model::Direction::lower}};
    return {model::make_benchmark("memory", one), program, "hash"};
}

class CountContests : public ::testing::Test {
  protected:
    // Counts what the programs are called: their numbers.
    std::vector<judge::InstructionCount> count(const std::vector<run::Job>& base,
                                               const std::vector<run::Job>& head) {
        const auto contests = match(base, head);
        const auto read = [](const run::Job& one, const run::Job& other) -> Result<CountedSides> {
            if (other.program == "wide") return fail("head: unknown instructions");
            return CountedSides{1, {std::stod(one.program), {}}, {std::stod(other.program), {}}};
        };
        return count_contests(
            contests, read, [this](const Contest& contest) { shown_.push_back(contest.benchmark.id); },
            interrupts_);
    }

    std::vector<std::string> shown_;
    run::Interrupts interrupts_ = std::move(run::Interrupts::create().value());
};

TEST_F(CountContests, BothSidesOfEachAreCounted) {
    const auto counts =
        count({job("read", "10"), job("write", "20")}, {job("read", "11"), job("write", "20")});
    ASSERT_EQ(counts.size(), 2U);
    EXPECT_EQ(counts[0].benchmark, "memory/read");
    EXPECT_EQ(counts[0].base, 10);
    EXPECT_EQ(counts[0].head, 11);
    EXPECT_EQ(counts[1].benchmark, "memory/write");
    EXPECT_THAT(shown_, ElementsAre("memory/read", "memory/write"));
}

TEST_F(CountContests, WhatDoesNotDecideIsNotCounted) {
    count({job("raw", "10", {"reference"}), job("gone", "1"), job("read", "1")},
          {job("raw", "10", {"reference"}), job("new", "1"), job("read", "1")});
    EXPECT_THAT(shown_, ElementsAre("memory/read"));
}

TEST_F(CountContests, OneThatCannotBeCountedSaysWhyAndTheOthersGoOn) {
    const auto counts = count({job("a", "1"), job("b", "1")}, {job("a", "wide"), job("b", "1")});
    EXPECT_EQ(counts[0].error, "head: unknown instructions");
    EXPECT_FALSE(counts[0].base.has_value());
    EXPECT_EQ(counts[1].head, 1);
}

TEST_F(CountContests, AnInterruptEndsIt) {
    raise(SIGINT);
    EXPECT_TRUE(count({job("read", "1")}, {job("read", "1")}).empty());
}

TEST_F(CountContests, ABaseThatCannotRunIsNamed) {
    EXPECT_THAT(
        count_sides(job("read", "/nonexistent"), job("read", "/nonexistent"), interrupts_).error().message,
        HasSubstr("base: cannot run '/nonexistent'"));
}

}  // namespace
}  // namespace harness::duel
