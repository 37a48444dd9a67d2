#include "harness/store/connection.h"

#include <fstream>
#include <optional>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <unistd.h>

#include "harness/store/testing.h"

namespace harness::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ConnectionTest : public StoreTest {
  protected:
    std::string path(const std::string& name) { return (folder_ / name).string(); }
};

TEST_F(ConnectionTest, KeepsIntegersRealsTextAndNull) {
    auto connection = Connection::open(":memory:").value();
    check(connection.script("CREATE TABLE t (a INTEGER, b REAL, c TEXT, d TEXT) STRICT"));
    check(connection.run("INSERT INTO t VALUES (?1, ?2, ?3, ?4)",
                         {std::int64_t{1} << 62, 0.1, std::string("x\0y", 3), std::optional<double>()}));
    check(connection.run("SELECT * FROM t", {}, [](const Row& row) {
        EXPECT_EQ(row.integer(0), std::int64_t{1} << 62);
        EXPECT_EQ(row.real(1), 0.1);
        EXPECT_EQ(row.text(2), std::string("x\0y", 3));
        EXPECT_TRUE(row.is_null(3));
        EXPECT_EQ(row.text(3), "");
    }));
}

TEST_F(ConnectionTest, CollectsRows) {
    auto connection = Connection::open(":memory:").value();
    const auto rows =
        connection.all("SELECT 1 UNION SELECT 2", {}, [](const Row& row) { return row.integer(0); });
    EXPECT_THAT(rows.value(), ElementsAre(1, 2));
}

TEST_F(ConnectionTest, AStatementRunsAgainWithOtherValues) {
    auto connection = Connection::open(":memory:").value();
    auto statement = connection.prepare("SELECT ?1").value();
    for (const int value : {3, 4}) {
        check(statement.run({value}, [&](const Row& row) { EXPECT_EQ(row.integer(0), value); }));
    }
}

TEST_F(ConnectionTest, BadSqlNamesTheDatabase) {
    auto connection = Connection::open(":memory:").value();
    EXPECT_EQ(connection.run("SELEKT").error().message,
              R"(database ':memory:': near "SELEKT": syntax error)");
}

TEST_F(ConnectionTest, ATransactionThatIsNotCommittedLeavesNothing) {
    auto connection = Connection::open(":memory:").value();
    check(connection.script("CREATE TABLE t (a INTEGER)"));
    {
        auto transaction = Transaction::begin(connection).value();
        check(connection.run("INSERT INTO t VALUES (1)"));
    }
    check(connection.run("SELECT count(*) FROM t", {}, [](const Row& row) { EXPECT_EQ(row.integer(0), 0); }));
}

TEST_F(ConnectionTest, AMissingFolderIsOneClearLine) {
    const auto connection = Connection::open(path("missing/x.db"));
    EXPECT_THAT(connection.error().message, HasSubstr("cannot open database"));
    EXPECT_THAT(connection.error().message, HasSubstr("No such file or directory"));
}

TEST_F(ConnectionTest, AFileOfSomethingElseIsNotADatabase) {
    std::ofstream(path("x.db")) << std::string(5000, 'x');
    auto connection = Connection::open(path("x.db")).value();
    EXPECT_EQ(connection.run("SELECT * FROM sqlite_master").error().message,
              fmt::format("'{}' is not a vmbench database", path("x.db")));
}

TEST_F(ConnectionTest, AReadOnlyFileCannotBeWritten) {
    {
        auto connection = Connection::open(path("x.db")).value();
        check(connection.script("CREATE TABLE t (a INTEGER)"));
    }
    // Permissions would not stop a test that runs as root, so the connection is told.
    auto connection = Connection::open(path("x.db")).value();
    check(connection.script("PRAGMA query_only = ON"));
    EXPECT_EQ(connection.run("INSERT INTO t VALUES (1)").error().message,
              fmt::format("cannot write database '{}': it is read-only", path("x.db")));
}

TEST_F(ConnectionTest, AFullDiskIsNamed) {
    auto connection = Connection::open(path("x.db")).value();
    check(connection.script("CREATE TABLE t (a TEXT); PRAGMA max_page_count = 3"));
    EXPECT_EQ(connection.run("INSERT INTO t VALUES (?1)", {std::string(100'000, 'x')}).error().message,
              fmt::format("cannot write database '{}': the disk is full", path("x.db")));
}

TEST_F(ConnectionTest, AnotherWriterIsNamed) {
    auto one = Connection::open(path("x.db")).value();
    auto two = Connection::open(path("x.db")).value();
    check(two.script("PRAGMA busy_timeout = 1"));
    auto transaction = Transaction::begin(one).value();
    EXPECT_EQ(Transaction::begin(two).error().message,
              fmt::format("database '{}' is locked by another program: try again when that has finished",
                          path("x.db")));
}

}  // namespace
}  // namespace harness::store
