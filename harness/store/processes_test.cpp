#include "harness/store/processes.h"

#include <gmock/gmock.h>

#include "harness/store/testing.h"

namespace harness::store {
namespace {

using testing::HasSubstr;

class Processes : public StoreTest {
  protected:
    // A run with a suite and a build, ready for processes.
    std::string prepare(Connection& connection) {
        check(record_run(connection, example_run(1), "", random_));
        check(record_suite(connection, {"memory", "", "", ""}, Known::update));
        check(record_benchmark(connection, example_benchmark("read", 1), Known::update));
        check(record_benchmark(connection, example_benchmark("read", 2), Known::update));
        return record_build(connection, {"", "abc", false, "", "", ""}, random_).value();
    }
    static std::vector<std::string> texts(Connection& connection, std::string_view query) {
        return connection.all(query, {}, [](const Row& row) { return row.text(0); }).value();
    }
};

TEST_F(Processes, AreReadBackWithTheirSamples) {
    auto connection = open();
    const std::string build = prepare(connection);
    const model::Process process = example_process(5, uuid(1), build, example_benchmark());
    const auto samples = example_samples(process, 0.123456789012345678);
    check(record_process(connection, process, samples, "class", random_));
    EXPECT_EQ(processes_of_run(connection, uuid(1)).value(), std::vector{process});
    EXPECT_EQ(samples_of_run(connection, uuid(1)).value(), samples);
}

TEST_F(Processes, ThatFailedHaveTheirErrorAndNoSamples) {
    auto connection = open();
    model::Process process = example_process(5, uuid(1), prepare(connection), example_benchmark());
    process.error = "crashed: Segmentation fault";
    process.exit_status = 139;
    check(record_process(connection, process, {}, "class", random_));
    EXPECT_EQ(processes_of_run(connection, uuid(1)).value()[0].error, "crashed: Segmentation fault");
    EXPECT_EQ(find_run(connection, uuid(1)).value().failed_benchmarks, 1);
}

TEST_F(Processes, AreRecordedWithAllTheirSamplesOrNotAtAll) {
    auto connection = open();
    const model::Process process = example_process(5, uuid(1), prepare(connection), example_benchmark());
    auto samples = example_samples(process, 1);
    samples.push_back(samples[0]);
    EXPECT_FALSE(record_process(connection, process, samples, "class", random_).has_value());
    EXPECT_TRUE(processes_of_run(connection, uuid(1)).value().empty());
}

TEST_F(Processes, OfAnUnknownRunAreRefused) {
    auto connection = open();
    const model::Process process = example_process(5, uuid(99), prepare(connection), example_benchmark());
    EXPECT_THAT(record_process(connection, process, {}, "class", random_).error().message,
                HasSubstr("FOREIGN KEY constraint failed"));
}

TEST_F(Processes, ShareASeriesPerMetricAndMachineClass) {
    auto connection = open();
    const std::string build = prepare(connection);
    for (const int number : {5, 6}) {
        const model::Process process = example_process(number, uuid(1), build, example_benchmark());
        check(record_process(connection, process, example_samples(process, 1), "class", random_));
    }
    const model::Process elsewhere = example_process(7, uuid(1), build, example_benchmark());
    check(record_process(connection, elsewhere, example_samples(elsewhere, 1), "other class", random_));
    EXPECT_EQ(texts(connection, "SELECT id FROM series").size(), 4U);
}

TEST_F(Processes, OfAChangedDefinitionStartALinkedSeries) {
    auto connection = open();
    const std::string build = prepare(connection);
    for (const int version : {1, 2}) {
        const model::Process process =
            example_process(version, uuid(1), build, example_benchmark("read", version));
        check(record_process(connection, process, example_samples(process, 1), "class", random_));
    }
    EXPECT_EQ(
        texts(connection, "SELECT previous_id FROM series WHERE metric = 'time' AND definition_version = 2"),
        texts(connection, "SELECT id FROM series WHERE metric = 'time' AND definition_version = 1"));
}

TEST_F(Processes, WhoseMetricTurnedRoundAreRefused) {
    auto connection = open();
    const std::string build = prepare(connection);
    const model::Process first = example_process(5, uuid(1), build, example_benchmark());
    check(record_process(connection, first, example_samples(first, 1), "class", random_));
    const model::Process second = example_process(6, uuid(1), build, example_benchmark());
    auto samples = example_samples(second, 1);
    samples[1].direction = model::Direction::higher;
    EXPECT_EQ(record_process(connection, second, samples, "class", random_).error().message,
              "'memory/read' says that higher time is better, what is stored of its definition version 1 "
              "says lower: "
              "raise the version");
}

}  // namespace
}  // namespace harness::store
