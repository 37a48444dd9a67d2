#include "harness/duel/contests.h"

#include <gmock/gmock.h>

namespace harness::duel {
namespace {

using judge::RowState;

run::Job job(const std::string& case_id, int version = 1) {
    model::Case one;
    one.id = case_id;
    one.version = version;
    one.metrics = {{"time", "ns", model::Direction::lower}};
    return {model::make_benchmark("memory", one), "/suites/memory", "hash"};
}

TEST(Contests, AreMatchedByNameInItsOrder) {
    const auto contests = match({job("write"), job("read")}, {job("read"), job("write")});
    ASSERT_EQ(contests.size(), 2U);
    EXPECT_EQ(contests[0].benchmark.id, "memory/read");
    EXPECT_EQ(contests[1].benchmark.id, "memory/write");
    EXPECT_EQ(contests[0].state, RowState::measured);
}

TEST(Contests, TellNewAndMissingBenchmarks) {
    const auto contests = match({job("gone")}, {job("added")});
    ASSERT_EQ(contests.size(), 2U);
    EXPECT_EQ(contests[0].state, RowState::created);
    EXPECT_EQ(contests[0].benchmark.id, "memory/added");
    EXPECT_EQ(contests[1].state, RowState::missing);
    EXPECT_EQ(contests[1].benchmark.id, "memory/gone");
}

TEST(Contests, PointAtTheSourceThatHeadHas) {
    run::Job base = job("read");
    run::Job head = job("read");
    base.benchmark.source = model::SourcePlace{"old.cpp", 1};
    head.benchmark.source = model::SourcePlace{"new.cpp", 2};
    EXPECT_EQ(row_of(match({base}, {head})[0], 0.05, 0.01).row.source, head.benchmark.source);
    EXPECT_EQ(row_of(match({base}, {})[0], 0.05, 0.01).row.source, std::nullopt);
}

TEST(Contests, OfDifferentDefinitionsAreNotComparable) {
    const auto contests = match({job("read", 1)}, {job("read", 2)});
    EXPECT_EQ(contests[0].state, RowState::not_comparable);
    EXPECT_EQ(contests[0].note, "its definition is version 1 in base, 2 in head");
}

TEST(Contests, OfProcessorTimeAreGuardedByTheWallTime) {
    const auto contests = match({job("read")}, {job("read")});
    const judge::PairedRow row = row_of(contests[0], 0.05, 0.01).row;
    EXPECT_EQ(row.benchmark, "memory/read");
    EXPECT_EQ(row.group, "memory");
    EXPECT_TRUE(row.wall.has_value());
    EXPECT_EQ(row.threshold, 0.05);
}

}  // namespace
}  // namespace harness::duel
