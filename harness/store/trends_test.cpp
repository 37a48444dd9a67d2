#include "harness/store/trends.h"

#include <gmock/gmock.h>

#include "harness/store/aliases.h"
#include "harness/store/nights.h"
#include "harness/store/testing.h"

namespace harness::store {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class Trends : public StoreTest {
  protected:
    void add_nights(Connection& connection, int count) {
        for (int i = 0; i < count; ++i) {
            Night night;
            night.id = uuid(500 + i);
            night.started_ns = i;
            ASSERT_EQ(begin_night(connection, night).value(), i + 1);
        }
    }

    std::int64_t add_trend(Connection& connection, const std::string& benchmark, int version = 1) {
        return record_trend(connection, benchmark, version, time_, "class", random_).value();
    }

    const model::Metric time_{"time", "ns", model::Direction::lower};
    const NightPoint point_{2, 0.01, -0.005, 0.02, 101, 100, 0.004, {0.0125F, 0.0075F}};
};

TEST_F(Trends, KeepTheirPointsAndReplaceThem) {
    auto connection = open();
    add_run(connection, 1);
    add_nights(connection, 2);
    const auto number = add_trend(connection, "memory/read");
    EXPECT_EQ(add_trend(connection, "memory/read"), number);
    NightPoint bare = point_;
    bare.night = 1;
    bare.low.reset();
    bare.high.reset();
    check(record_point(connection, number, point_));
    check(record_point(connection, number, bare));
    check(record_point(connection, number, bare));
    const auto trends = list_trends(connection).value();
    ASSERT_THAT(trends, SizeIs(1));
    EXPECT_EQ(trends[0].benchmark, "memory/read");
    EXPECT_EQ(trends[0].metric, "time");
    EXPECT_FALSE(trends[0].is_reference);
    EXPECT_EQ(points_of(connection, trends[0]).value(), (std::vector<NightPoint>{bare, point_}));
}

TEST_F(Trends, OfARenamedBenchmarkGoOnUnderItsNewName) {
    auto connection = open();
    add_run(connection, 1);
    add_nights(connection, 2);
    check(record_benchmark(connection, example_benchmark("fetch"), Known::update));
    const auto old_number = add_trend(connection, "memory/read");
    const auto new_number = add_trend(connection, "memory/fetch");
    NightPoint first = point_;
    first.night = 1;
    check(record_point(connection, old_number, first));
    check(record_point(connection, new_number, point_));
    check(record_alias(connection, {"memory/read", "memory/fetch", 0, ""}));
    const auto trends = list_trends(connection).value();
    ASSERT_THAT(trends, SizeIs(1));
    EXPECT_EQ(trends[0].benchmark, "memory/fetch");
    EXPECT_THAT(points_of(connection, trends[0]).value(), SizeIs(2));
    check(set_correction(connection, trends[0], 0.5, {{"old", 4.0}, {"new", 5.0}}));
    check(set_correction(connection, trends[0], 0.5, {{"new", 6.0}}));
    EXPECT_EQ(list_trends(connection).value()[0].slope, 0.5);
    double sum = 0;
    check(
        connection.run("SELECT sum(level) FROM trend_level", {}, [&](const Row& row) { sum = row.real(0); }));
    EXPECT_EQ(sum, 10);
}

TEST_F(Trends, AreApartForEachDefinition) {
    auto connection = open();
    add_run(connection, 1);
    check(record_benchmark(connection, example_benchmark("read", 2), Known::update));
    EXPECT_NE(add_trend(connection, "memory/read", 1), add_trend(connection, "memory/read", 2));
    EXPECT_THAT(list_trends(connection).value(), SizeIs(2));
}

TEST_F(Trends, OfReferenceRowsAreMarked) {
    auto connection = open();
    add_run(connection, 1);
    model::Benchmark raw = example_benchmark("raw_read");
    raw.tags = {"reference"};
    check(record_benchmark(connection, raw, Known::update));
    add_trend(connection, "memory/raw_read");
    EXPECT_TRUE(list_trends(connection).value()[0].is_reference);
}

TEST_F(Trends, KnowWhichBenchmarksAreTimedByTheWall) {
    auto connection = open();
    add_run(connection, 1);
    model::Benchmark waiting = example_benchmark("wait", 3);
    waiting.time_source = model::TimeSource::real;
    check(record_benchmark(connection, waiting, Known::update));
    EXPECT_EQ(wall_timed(connection).value(), (std::set<std::pair<std::string, int>>{{"memory/wait", 3}}));
}

TEST_F(Trends, DamagedValuesAreAnErrorThatNamesTheNight) {
    auto connection = open();
    add_run(connection, 1);
    add_nights(connection, 2);
    check(record_point(connection, add_trend(connection, "memory/read"), point_));
    check(connection.run("UPDATE night_point SET pair_values = x'01'"));
    EXPECT_THAT(points_of(connection, list_trends(connection).value()[0]).error().message,
                HasSubstr("memory/read: night 2: damaged"));
}

}  // namespace
}  // namespace harness::store
