#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "harness/model/run.h"
#include "harness/store/baselines.h"
#include "harness/store/catalog.h"
#include "harness/store/open.h"
#include "harness/store/pairs.h"
#include "harness/store/processes.h"
#include "harness/store/runs.h"
#include "harness/store/uuid.h"

namespace harness::store {

// A UUID that a test can name: "00000000-0000-4000-8000-00000000002a" for 42.
inline std::string uuid(int number) { return fmt::format("00000000-0000-4000-8000-{:012x}", number); }

// Counts, so that what it makes differs and repeats.
inline RandomSource counting_random() {
    return [next = std::make_shared<std::uint64_t>(1)] { return (*next)++; };
}

inline model::Run example_run(int number, std::int64_t started_ns = 1000) {
    model::Run run;
    run.id = uuid(number);
    run.started_ns = started_ns;
    run.seed = 7;
    run.machine = {"Fast CPU", 2, std::int64_t{8} << 30, "6.1.0", "none", true, 1};
    run.command_line = "vmbench run";
    run.harness_version = "0.1.0";
    run.planned_processes = 6;
    return run;
}

inline model::Benchmark example_benchmark(const std::string& case_id = "read", int version = 1) {
    model::Benchmark benchmark;
    benchmark.id = "memory/" + case_id;
    benchmark.suite = "memory";
    benchmark.case_id = case_id;
    benchmark.definition_version = version;
    benchmark.metrics = {{"time", "ns", model::Direction::lower},
                         {"bytes_per_second", "B/s", model::Direction::higher}};
    benchmark.tags = {"quick"};
    benchmark.targets = {{"time", "raw_read", 1.5}};
    benchmark.versus = {"raw_read"};
    return benchmark;
}

// Pair `number` of run 1, whose build is that of the run's own processes.
inline StoredPair example_pair(Connection& connection, int number) {
    using model::Fate;
    using model::Side;
    StoredPair stored;
    stored.id = uuid(100 + number);
    stored.run_id = uuid(1);
    stored.benchmark = "memory/read";
    stored.stage = Stage::fresh;
    stored.position = number;
    stored.base_build_id = builds_of_run(connection, uuid(1)).value().front().id;
    stored.head_build_id = stored.base_build_id;
    model::Pair& pair = stored.pair;
    pair.seed = 0xfedcba9876543210;
    pair.iterations = 1000;
    pair.worker_cpu = 1;
    pair.harness_cpu = 0;
    pair.clock_resolution_ns = 1;
    pair.canary_level_ns = 40'000;
    pair.steal_ns = 0;
    pair.duration_ns = 500'000'000;
    pair.slices = {{Side::base, Fate::kept, 1000, 20'000'000, 20'100'000, 41'000, 0, 1},
                   {Side::head, Fate::kept, 1000, 20'400'000, 20'500'000, 40'000, 0, 0}};
    pair.base = {"/old/suites/memory", {{"bytes_per_second", 1.5e9}}, 4 << 20};
    pair.head = {"/new/suites/memory", {}, 5 << 20};
    return stored;
}

inline model::Process example_process(int number, const std::string& run_id, const std::string& build_id,
                                      const model::Benchmark& benchmark) {
    model::Process process;
    process.id = uuid(number);
    process.run_id = run_id;
    process.build_id = build_id;
    process.benchmark = benchmark.id;
    process.definition_version = benchmark.definition_version;
    process.position = number;
    process.started_ns = 2000;
    process.duration_ns = 500;
    process.user_ns = 300;
    process.system_ns = 100;
    process.max_rss_bytes = 4096;
    return process;
}

inline std::vector<model::Sample> example_samples(const model::Process& process, double time) {
    return {{process.id, process.benchmark, process.definition_version, "bytes_per_second", "B/s",
             model::Direction::higher, 0, 4 / time * 1e9, 1000},
            {process.id, process.benchmark, process.definition_version, "time", "ns", model::Direction::lower,
             0, time, 1000}};
}

// A store in a folder of its own, which goes with the test.
class StoreTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "storeXXXXXX";
        folder_ = mkdtemp(name.data());
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    Connection open(const std::string& name = "vmbench.db") {
        auto connection = open_store(folder_ / name, 1);
        if (!connection) throw std::runtime_error(connection.error().message);
        return std::move(*connection);
    }

    // A complete run of one benchmark in two processes, with times 2.5 and 3.5 ns.
    void add_run(Connection& connection, int number, std::int64_t started_ns = 1000) {
        const model::Run run = example_run(number, started_ns);
        const model::Benchmark benchmark = example_benchmark();
        check(record_run(connection, run, "", random_));
        check(record_suite(connection, {"memory", "Memory", "How fast?", "Reads."}, Known::update));
        check(record_benchmark(connection, benchmark, Known::update));
        const auto build = record_build(connection, {"", "abc", false, "GCC 12", "-O3", "1234"}, random_);
        for (const int i : {0, 1}) {
            model::Process process = example_process(number * 100 + i, run.id, build.value(), benchmark);
            process.replicate = process.position = i;
            check(record_process(connection, process, example_samples(process, 2.5 + i),
                                 model::machine_class(run.machine), random_));
        }
        check(finish_run(connection, run.id, model::RunStatus::complete, started_ns + 5000, ""));
    }

    static void check(const Result<void>& result) {
        ASSERT_TRUE(result.has_value()) << result.error().message;
    }

    // Rows of a table, or of "TABLE WHERE ...".
    static std::int64_t count(Connection& connection, const std::string& table) {
        std::int64_t rows = 0;
        check(connection.run("SELECT count(*) FROM " + table, {},
                             [&](const Row& row) { rows = row.integer(0); }));
        return rows;
    }

    std::filesystem::path folder_;
    RandomSource random_ = counting_random();
};

}  // namespace harness::store
