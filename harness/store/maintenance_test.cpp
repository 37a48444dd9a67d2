#include "harness/store/maintenance.h"

#include <fstream>

#include <gmock/gmock.h>

#include "harness/store/duels.h"
#include "harness/store/records.h"
#include "harness/store/testing.h"
#include "harness/store/trends.h"

namespace harness::store {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Maintenance : public StoreTest {
  protected:
    // A store with one run, and the only fault this statement makes.
    std::string fault_of(const std::string& statement) {
        auto connection = open(fmt::format("{}.db", ++stores_));
        add_run(connection, 1);
        check(connection.script("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON"));
        check(connection.script(statement.c_str()));
        const auto faults = check_store(connection).value();
        return faults.empty() ? "sound" : faults.front();
    }

    int stores_ = 0;
};

TEST_F(Maintenance, KeepsWhatOnlyPairsUse) {
    auto connection = open();
    add_run(connection, 1);
    check(record_terms(connection, uuid(1), "{}"));
    StoredPair pair = example_pair(connection, 0);
    pair.stage = Stage::screening;
    check(record_pair(connection, pair));
    check(connection.run("DELETE FROM sample"));
    check(connection.run("DELETE FROM series"));
    check(connection.run("DELETE FROM process"));
    ASSERT_TRUE(collect_garbage(connection).has_value());
    EXPECT_EQ(count(connection, "pair"), 1);
    EXPECT_THAT(check_store(connection).value(), IsEmpty());
    check(connection.run("DELETE FROM duel"));
    EXPECT_THAT(check_store(connection).value(),
                testing::ElementsAre(HasSubstr("has screening pairs, but nothing")));
}

TEST_F(Maintenance, CollectsWhatIsDerivedAndWhatNothingUses) {
    auto connection = open();
    add_run(connection, 1);
    check(connection.run(
        "INSERT INTO verdict VALUES (?1, 'main', 'memory/read', 'time', 'ns', 'lower', 'deciding', "
        "'unchanged', 1, 1, 1, 1, 1, 0.05, 6, 6, '', '1', 'h', 1)",
        {uuid(1)}));
    check(connection.run("INSERT INTO point SELECT id, ?1, 1, 1, 1, 1 FROM series", {uuid(1)}));
    check(connection.script(
        "INSERT INTO suite VALUES ('gone', '', '', '');"
        "INSERT INTO benchmark VALUES ('gone/a', 1, 'gone', 'a', 'cpu', '[]', '[]', '[]', '[]');"
        "INSERT INTO series VALUES ('s1', 'gone/a', 1, 'time', 'ns', 'm', 'lower', NULL);"
        "INSERT INTO benchmark VALUES ('gone/a', 2, 'gone', 'a', 'cpu', '[]', '[]', '[]', '[]');"
        "INSERT INTO series VALUES ('s2', 'gone/a', 2, 'time', 'ns', 'm', 'lower', 's1');"
        "INSERT INTO build VALUES ('b', 'r', 0, '', '', '');"
        "INSERT INTO machine VALUES ('m', 'c', 'x', 1, 1, 'k', 'g', 0, 1)"));
    const auto record = load_run(connection, uuid(1)).value();
    const Collected collected = collect_garbage(connection).value();
    EXPECT_EQ(collected.derived_rows, 3);
    EXPECT_EQ(collected.orphaned_rows, 7);
    EXPECT_EQ(count(connection, "suite"), 1);
    EXPECT_EQ(count(connection, "machine"), 1);
    EXPECT_EQ(load_run(connection, uuid(1)).value(), record);
    EXPECT_THAT(check_store(connection).value(), IsEmpty());
}

TEST_F(Maintenance, KeepsTheSeriesOfTrends) {
    auto connection = open();
    check(record_suite(connection, {"memory", "Memory", "", ""}, Known::update));
    check(record_benchmark(connection, example_benchmark("trended"), Known::update));
    const model::Metric time{"time", "ns", model::Direction::lower};
    ASSERT_TRUE(record_trend(connection, "memory/trended", 1, time, "c", random_).has_value());
    EXPECT_EQ(collect_garbage(connection).value().orphaned_rows, 0);
    EXPECT_EQ(count(connection, "series"), 1);
}

TEST_F(Maintenance, PacksTheFile) {
    auto connection = open();
    add_run(connection, 1);
    check(connection.run("UPDATE run SET note = ?1", {std::string(1 << 20, 'x')}));
    check(connection.run("UPDATE run SET note = ''"));
    const Collected collected = collect_garbage(connection).value();
    EXPECT_GT(collected.bytes_before, 1 << 20);
    EXPECT_LT(collected.bytes_after, 1 << 19);
    EXPECT_EQ(std::filesystem::file_size(folder_ / "vmbench.db"),
              static_cast<std::uintmax_t>(collected.bytes_after));
}

TEST_F(Maintenance, DoesNotCollectWhileARunIsMeasured) {
    auto connection = open();
    check(record_run(connection, example_run(3), "owner", random_));
    EXPECT_THAT(collect_garbage(connection).error().message, HasSubstr("is being measured: try again"));
}

TEST_F(Maintenance, AStoreOfRunsIsSound) {
    auto connection = open();
    EXPECT_THAT(check_store(connection).value(), IsEmpty());
    add_run(connection, 1);
    add_run(connection, 2, 2000);
    check(save_baseline(connection, "main", {uuid(1)}, random_, 5));
    EXPECT_THAT(check_store(connection).value(), IsEmpty());
}

TEST_F(Maintenance, FindsMissingRows) {
    EXPECT_THAT(fault_of("DELETE FROM build"),
                HasSubstr("table process: row 1 refers to a row of build that is missing"));
}

TEST_F(Maintenance, FindsBrokenPromises) {
    EXPECT_EQ(fault_of("UPDATE run SET finished_ns = NULL"),
              fmt::format("run {} is finished, but not when", uuid(1)));
    EXPECT_EQ(fault_of(fmt::format("DELETE FROM sample WHERE process_id = '{}'", uuid(100))),
              fmt::format("process {} measured properly, but has no samples", uuid(100)));
    EXPECT_EQ(fault_of("UPDATE sample SET value = 9e999 WHERE process_id = '" + uuid(101) + "'"),
              fmt::format("process {} has a sample that is not finite", uuid(101)));
    EXPECT_EQ(fault_of("UPDATE sample SET ordinal = 5 WHERE process_id = '" + uuid(101) + "'"),
              fmt::format("process {} has samples that are not counted from 0 on", uuid(101)));
    EXPECT_EQ(fault_of("UPDATE series SET machine_class = 'other'"),
              fmt::format("process {} has a sample of another machine's series", uuid(100)));
    EXPECT_EQ(fault_of("UPDATE benchmark SET case_id = 'other'"),
              "benchmark 'memory/read' is not called SUITE/CASE");
    EXPECT_EQ(fault_of("INSERT INTO baseline VALUES ('b', 'empty', 1)"), "baseline 'empty' has no runs");
    EXPECT_THAT(fault_of("UPDATE series SET previous_id = id"), HasSubstr("follows one that is not older"));
    EXPECT_THAT(fault_of("UPDATE machine SET cores = 3"), HasSubstr("has machine class 'fast-cpu-2c-8g-"));
    EXPECT_THAT(fault_of("UPDATE benchmark SET metrics = 'x'"), HasSubstr("run " + uuid(1) + ": "));
}

TEST_F(Maintenance, ADamagedFileIsSaidToBeDamaged) {
    {
        auto connection = open();
        for (int i = 1; i < 20; ++i) add_run(connection, i);
        check(connection.script("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    const auto path = folder_ / "vmbench.db";
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(path)) - 4096);
        file << std::string(4096, 'Z');
    }
    // SQLite finds it while it opens, while it checks, or as the finding of its check.
    auto connection = open_store(path, 1);
    if (!connection) return;
    const auto faults = check_store(*connection);
    EXPECT_TRUE(!faults || !faults->empty());
}

}  // namespace
}  // namespace harness::store
