#include "harness/store/open.h"

#include <csignal>
#include <fstream>
#include <sys/wait.h>

#include <gmock/gmock.h>
#include <unistd.h>

#include "harness/store/migrations.h"
#include "harness/store/records.h"
#include "harness/store/testing.h"

namespace harness::store {
namespace {

using testing::HasSubstr;

class OpenStore : public StoreTest {};

std::int64_t number(Connection& connection, std::string_view query) {
    std::int64_t result = -1;
    EXPECT_TRUE(connection.run(query, {}, [&](const Row& row) { result = row.integer(0); }).has_value());
    return result;
}

TEST_F(OpenStore, CreatesFolderFileAndNewestSchema) {
    auto connection = open("deep/er/vmbench.db");
    EXPECT_EQ(number(connection, "SELECT max(version) FROM schema_version"), newest_version());
    EXPECT_EQ(number(connection, "PRAGMA foreign_keys"), 1);
}

TEST_F(OpenStore, KeepsWhatIsThere) {
    {
        auto connection = open();
        add_run(connection, 1);
    }
    auto connection = open();
    EXPECT_EQ(load_run(connection, uuid(1)).value().processes.size(), 2U);
}

TEST_F(OpenStore, MigratesAFileOfAnEarlierVersion) {
    {
        auto connection = Connection::open((folder_ / "vmbench.db").string()).value();
        check(connection.script(
            "CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
            "applied_ns INTEGER NOT NULL) STRICT; INSERT INTO schema_version VALUES (1, 'raw tables', 0)"));
        check(connection.script(migrations()[0].sql));
        check(connection.run("INSERT INTO suite VALUES ('old', '', '', '')"));
    }
    auto connection = open();
    EXPECT_EQ(number(connection, "SELECT max(version) FROM schema_version"), newest_version());
    EXPECT_EQ(number(connection, "SELECT count(*) FROM suite"), 1);
}

TEST_F(OpenStore, RefusesANewerSchema) {
    {
        auto connection = open();
        check(connection.run("INSERT INTO schema_version VALUES (999, 'future', 0)"));
    }
    EXPECT_THAT(open_store(folder_ / "vmbench.db", 1).error().message,
                HasSubstr("was written by a newer vmbench (its schema is version 999"));
}

TEST_F(OpenStore, RefusesTheDatabaseOfAnotherProgram) {
    {
        auto connection = Connection::open((folder_ / "vmbench.db").string()).value();
        check(connection.script("CREATE TABLE bookmarks (url TEXT)"));
    }
    EXPECT_THAT(open_store(folder_ / "vmbench.db", 1).error().message,
                HasSubstr("belongs to another program"));
}

TEST_F(OpenStore, RefusesAFileThatIsNoDatabase) {
    std::ofstream(folder_ / "vmbench.db") << std::string(5000, 'x');
    EXPECT_THAT(open_store(folder_ / "vmbench.db", 1).error().message,
                HasSubstr("is not a vmbench database"));
}

TEST_F(OpenStore, SaysWhyAFolderCannotBeMade) {
    std::ofstream(folder_ / "file") << "x";
    EXPECT_THAT(open_store(folder_ / "file/below/vmbench.db", 1).error().message,
                HasSubstr("cannot create folder"));
}

TEST_F(OpenStore, AKilledWriterLeavesItsFinishedProcessesAndTheRunRunning) {
    const pid_t writer = fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) {
        auto connection = open();
        add_run(connection, 1);
        model::Run run = example_run(2);
        (void)record_run(connection, run, "owner", random_);
        model::Process process = example_process(300, run.id, "", example_benchmark());
        process.build_id =
            record_build(connection, {"", "abc", false, "GCC 12", "-O3", "1234"}, random_).value();
        (void)record_process(connection, process, example_samples(process, 2), "class", random_);
        process.id = uuid(301);
        process.position = 301;
        auto transaction = Transaction::begin(connection).value();
        (void)add_process(connection, process, example_samples(process, 2), "class", random_);
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    waitpid(writer, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    auto connection = open();
    const model::RunRecord record = load_run(connection, uuid(2)).value();
    EXPECT_EQ(record.run.status, model::RunStatus::running);
    ASSERT_EQ(record.processes.size(), 1U);
    EXPECT_EQ(record.processes[0].id, uuid(300));
    EXPECT_EQ(record.samples.size(), 2U);
}

}  // namespace
}  // namespace harness::store
