#include "harness/store/migrations.h"

#include <gtest/gtest.h>

#include "harness/store/connection.h"

namespace harness::store {
namespace {

TEST(Migrations, CountUpFromOne) {
    int version = 0;
    for (const Migration& migration : migrations()) EXPECT_EQ(migration.version, ++version);
    EXPECT_EQ(newest_version(), version);
}

TEST(Migrations, MakeStrictTables) {
    auto connection = Connection::open(":memory:").value();
    for (const Migration& migration : migrations()) ASSERT_TRUE(connection.script(migration.sql).has_value());
    const auto loose = connection.all(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
        "AND name NOT LIKE 'sqlite_%' AND strict = 0",
        {}, [](const Row& row) { return row.text(0); });
    EXPECT_TRUE(loose.value().empty());
}

}  // namespace
}  // namespace harness::store
