#include "harness/formats/csv_text.h"

#include <utility>

namespace harness::formats {

namespace {

class Parser {
  public:
    explicit Parser(std::string_view text) : rest_(text) {
        // A byte-order mark, as spreadsheets write.
        if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
    }

    tl::expected<std::vector<CsvRow>, CsvError> parse() {
        std::vector<CsvRow> rows;
        while (!rest_.empty()) {
            CsvRow row{line_, {}};
            if (!read_row(row)) return tl::unexpected(error_);
            if (row.fields.size() > 1 || !row.fields.front().empty()) rows.push_back(std::move(row));
        }
        return rows;
    }

  private:
    bool read_row(CsvRow& row) {
        for (;;) {
            std::string field;
            if (rest_.starts_with('"') ? !read_quoted(field) : !read_plain(field)) return false;
            row.fields.push_back(std::move(field));
            if (!rest_.starts_with(',')) break;
            rest_.remove_prefix(1);
        }
        if (rest_.starts_with('\r')) rest_.remove_prefix(1);
        if (rest_.starts_with('\n')) {
            rest_.remove_prefix(1);
            ++line_;
            return true;
        }
        if (rest_.empty()) return true;
        error_ = {line_, "text after a closing quote"};
        return false;
    }

    bool read_plain(std::string& field) {
        const std::size_t end = std::min(rest_.find_first_of(",\r\n\""), rest_.size());
        field = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (!rest_.starts_with('"')) return true;
        error_ = {line_, "a quote inside a field that is not quoted"};
        return false;
    }

    bool read_quoted(std::string& field) {
        const std::size_t begin = line_;
        rest_.remove_prefix(1);
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '\n') ++line_;
            if (c != '"') {
                field += c;
            } else if (rest_.starts_with('"')) {
                field += '"';
                rest_.remove_prefix(1);
            } else {
                return true;
            }
        }
        error_ = {begin, "a quoted field is not closed"};
        return false;
    }

    std::string_view rest_;
    std::size_t line_ = 1;
    CsvError error_;
};

}  // namespace

tl::expected<std::vector<CsvRow>, CsvError> parse_csv(std::string_view text) { return Parser(text).parse(); }

}  // namespace harness::formats
