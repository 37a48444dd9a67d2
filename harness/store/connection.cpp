#include "harness/store/connection.h"

#include <cstring>
#include <utility>

#include <sqlite3.h>

namespace harness::store {

namespace {

// How long a statement waits for another program's transaction; ours last milliseconds.
constexpr int kBusyMilliseconds = 5000;

std::string system_reason(sqlite3* database) {
    const int number = database != nullptr ? sqlite3_system_errno(database) : 0;
    return number != 0 ? std::strerror(number) : "the folder is missing or not accessible";
}

tl::unexpected<Error> failure(sqlite3* database, const std::string& path, int code) {
    switch (code & 0xff) {
        case SQLITE_NOTADB:
            return fail("'{}' is not a vmbench database", path);
        case SQLITE_CORRUPT:
            return fail("database '{}' is damaged: {}", path, sqlite3_errmsg(database));
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return fail("database '{}' is locked by another program: try again when that has finished", path);
        case SQLITE_FULL:
            return fail("cannot write database '{}': the disk is full", path);
        case SQLITE_READONLY:
            return fail("cannot write database '{}': it is read-only", path);
        case SQLITE_CANTOPEN:
            return fail("cannot open database '{}': {}", path, system_reason(database));
        case SQLITE_IOERR:
            return fail("cannot read or write database '{}': {}", path, system_reason(database));
        default:
            return fail("database '{}': {}", path,
                        database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code));
    }
}

}  // namespace

bool Row::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::int64_t Row::integer(int column) const { return sqlite3_column_int64(statement_, column); }

double Row::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string Row::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string Row::bytes(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      path_(std::move(other.path_)) {}

Statement::~Statement() { sqlite3_finalize(statement_); }

int Statement::bind(const std::vector<Value>& values) {
    int index = 1;
    for (const Value& value : values) {
        int code = SQLITE_OK;
        if (const auto* number = std::get_if<std::int64_t>(&value.content_)) {
            code = sqlite3_bind_int64(statement_, index, *number);
        } else if (const auto* real = std::get_if<double>(&value.content_)) {
            code = sqlite3_bind_double(statement_, index, *real);
        } else if (const auto* text = std::get_if<std::string>(&value.content_)) {
            // The text outlives the statement's run, so SQLite need not copy it.
            code =
                sqlite3_bind_text(statement_, index, text->data(), static_cast<int>(text->size()), nullptr);
        } else if (const auto* blob = std::get_if<Blob>(&value.content_)) {
            const std::string& bytes = blob->bytes;
            code = sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), nullptr);
        } else {
            code = sqlite3_bind_null(statement_, index);
        }
        if (code != SQLITE_OK) return code;
        ++index;
    }
    return SQLITE_OK;
}

Result<void> Statement::run(const std::vector<Value>& values, const std::function<void(const Row&)>& visit) {
    int code = bind(values);
    if (code == SQLITE_OK) {
        while ((code = sqlite3_step(statement_)) == SQLITE_ROW) {
            if (visit) visit(Row(statement_));
        }
    }
    Result<void> result;
    if (code != SQLITE_DONE) result = failure(database_, path_, code);
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    return result;
}

Result<Connection> Connection::open(const std::string& path) {
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(
        path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, nullptr);
    Connection connection(database, path);
    if (code != SQLITE_OK) return failure(database, path, code);
    sqlite3_busy_timeout(database, kBusyMilliseconds);
    return connection;
}

Connection::Connection(Connection&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)), path_(std::move(other.path_)) {}

Connection::~Connection() { sqlite3_close_v2(database_); }

Result<Statement> Connection::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (code != SQLITE_OK) return failure(database_, path_, code);
    return Statement(database_, statement, path_);
}

Result<void> Connection::run(std::string_view sql, const std::vector<Value>& values,
                             const std::function<void(const Row&)>& visit) {
    auto statement = prepare(sql);
    if (!statement) return tl::unexpected(statement.error());
    return statement->run(values, visit);
}

Result<void> Connection::script(const char* sql) {
    const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(database_, path_, code);
    return {};
}

Result<Transaction> Transaction::begin(Connection& connection) {
    auto begun = connection.run("BEGIN IMMEDIATE");
    if (!begun) return tl::unexpected(begun.error());
    return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
    // A failed rollback leaves nothing to do here: the next statement on the connection reports it.
    if (connection_ != nullptr) (void)connection_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
    auto done = connection_->run("COMMIT");
    if (done) connection_ = nullptr;
    return done;
}

}  // namespace harness::store
