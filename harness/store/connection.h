#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "harness/model/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace harness::store {

// Bytes that are no text.
struct Blob {
    std::string bytes;
};

// A parameter of a statement: an integer, a real number, text, bytes, or null.
class Value {
  public:
    Value(std::integral auto number) : content_(static_cast<std::int64_t>(number)) {}
    Value(double number) : content_(number) {}
    Value(std::string_view text) : content_(std::string(text)) {}
    Value(const std::string& text) : content_(text) {}
    Value(const char* text) : content_(std::string(text)) {}
    Value(Blob blob) : content_(std::move(blob)) {}
    template <class T>
    Value(const std::optional<T>& maybe) : content_(maybe ? Value(*maybe).content_ : Content()) {}

  private:
    friend class Statement;
    using Content = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;
    Content content_;
};

// The current row of a query; columns count from 0. A null reads as 0 or as empty text.
class Row {
  public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    std::string bytes(int column) const;  // of a blob

  private:
    sqlite3_stmt* statement_;
};

// One prepared statement, reusable.
class Statement {
  public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    // Runs it with these parameters and shows each row, if any, to visit.
    Result<void> run(const std::vector<Value>& values, const std::function<void(const Row&)>& visit = {});

  private:
    friend class Connection;
    Statement(sqlite3* database, sqlite3_stmt* statement, std::string path)
        : database_(database), statement_(statement), path_(std::move(path)) {}
    int bind(const std::vector<Value>& values);

    sqlite3* database_;
    sqlite3_stmt* statement_;
    std::string path_;
};

// An open SQLite file. Errors are one line naming the file: locked, full, unwritable, not a database.
class Connection {
  public:
    // Opens path, creating the file (not its folder) when it is missing. ":memory:" is a private database.
    static Result<Connection> open(const std::string& path);

    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&&) = delete;
    ~Connection();

    const std::string& path() const { return path_; }

    Result<Statement> prepare(std::string_view sql);

    // Runs one statement; its rows go to visit.
    Result<void> run(std::string_view sql, const std::vector<Value>& values = {},
                     const std::function<void(const Row&)>& visit = {});

    // Runs several statements without parameters.
    Result<void> script(const char* sql);

    // All rows of a query, each read by `read`.
    template <class Read>
    auto all(std::string_view sql, const std::vector<Value>& values, Read read)
        -> Result<std::vector<decltype(read(std::declval<const Row&>()))>> {
        std::vector<decltype(read(std::declval<const Row&>()))> rows;
        auto done = run(sql, values, [&](const Row& row) { rows.push_back(read(row)); });
        if (!done) return tl::unexpected(done.error());
        return rows;
    }

  private:
    Connection(sqlite3* database, std::string path) : database_(database), path_(std::move(path)) {}

    sqlite3* database_;
    std::string path_;
};

// Rolls back unless committed.
class Transaction {
  public:
    // Takes the write lock at once, so that a locked database is noticed before any work is done.
    static Result<Transaction> begin(Connection& connection);

    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    Result<void> commit();

  private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

}  // namespace harness::store
