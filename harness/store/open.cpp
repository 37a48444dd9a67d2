#include "harness/store/open.h"

#include <algorithm>

#include "harness/store/migrations.h"

namespace harness::store {

namespace {

Result<std::int64_t> number(Connection& connection, std::string_view query) {
    std::int64_t result = 0;
    auto done = connection.run(query, {}, [&](const Row& row) { result = row.integer(0); });
    if (!done) return tl::unexpected(done.error());
    return result;
}

Result<bool> has_table(Connection& connection, std::string_view filter) {
    const auto count = number(
        connection, fmt::format("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND {}", filter));
    if (!count) return tl::unexpected(count.error());
    return *count > 0;
}

// 0 for an empty file.
Result<std::int64_t> schema_version(Connection& connection) {
    const auto ours = has_table(connection, "name = 'schema_version'");
    if (!ours) return tl::unexpected(ours.error());
    if (*ours) return number(connection, "SELECT coalesce(max(version), 0) FROM schema_version");
    const auto other = has_table(connection, "name NOT LIKE 'sqlite_%'");
    if (!other) return tl::unexpected(other.error());
    if (*other)
        return fail("'{}' is not a vmbench database: it belongs to another program", connection.path());
    return 0;
}

Result<void> apply(Connection& connection, const Migration& migration, std::int64_t now_ns) {
    if (auto done = connection.script(migration.sql); !done) return done;
    return connection.run("INSERT INTO schema_version (version, name, applied_ns) VALUES (?1, ?2, ?3)",
                          {migration.version, migration.name, now_ns});
}

// In one transaction, so that two programs that open an old file at once do not both migrate it.
Result<void> migrate(Connection& connection, std::int64_t now_ns) {
    auto transaction = Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    const auto version = schema_version(connection);
    if (!version) return tl::unexpected(version.error());
    if (*version == 0) {
        auto created = connection.script(
            "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT "
            "NULL, "
            "applied_ns INTEGER NOT NULL) STRICT");
        if (!created) return created;
    }
    for (const Migration& migration : migrations()) {
        if (migration.version <= *version) continue;
        if (auto done = apply(connection, migration, now_ns); !done) return done;
    }
    return transaction->commit();
}

Result<void> create_folder(const std::filesystem::path& file) {
    if (!file.has_parent_path()) return {};
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    if (error) return fail("cannot create folder '{}': {}", file.parent_path().string(), error.message());
    return {};
}

}  // namespace

Result<Connection> open_store(const std::filesystem::path& path, std::int64_t now_ns) {
    if (auto folder = create_folder(path); !folder) return tl::unexpected(folder.error());
    auto connection = Connection::open(path.string());
    if (!connection) return connection;
    const auto version = schema_version(*connection);
    if (!version) return tl::unexpected(version.error());
    if (*version > newest_version()) {
        return fail(
            "database '{}' was written by a newer vmbench (its schema is version {}, this one knows {}): "
            "update vmbench",
            path.string(), *version, newest_version());
    }
    // With a write-ahead log a killed writer leaves a file that opens, and readers never wait for the writer.
    auto ready = connection->script(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
    if (ready && *version < newest_version()) ready = migrate(*connection, now_ns);
    if (!ready) return tl::unexpected(ready.error());
    return connection;
}

}  // namespace harness::store
