#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/formats/document.h"

namespace harness::formats {

// The first thing wrong with a document.
class Complaints {
  public:
    explicit Complaints(const Document& document) : document_(&document) {}

    const Document& document() const { return *document_; }
    bool ok() const { return !error_; }
    void add(const nlohmann::json::json_pointer& path, std::string_view what);
    tl::unexpected<Error> failure() const { return tl::unexpected(*error_); }

  private:
    const Document* document_;
    std::optional<Error> error_;
};

// One value of a JSON document with its place in it. A value that is missing or of another kind than asked
// for is complained about ("FILE:LINE: benchmarks[3].real_time is missing") and reads as nothing; after the
// first complaint everything does, so a reader reads as a list of its fields and asks once at its end.
class Node {
  public:
    // The whole document, which must be JSON.
    explicit Node(Complaints& complaints);

    // A required member, and one that may be missing (or null).
    Node member(std::string_view key) const;
    std::optional<Node> find(std::string_view key) const;

    bool is_null() const { return value_ == nullptr || value_->is_null(); }
    const nlohmann::json& json() const;

    // Finite.
    double number() const;
    // At least zero.
    double amount() const;
    // From 0 to 2^53; written as a whole number or as a real one without a fraction.
    std::int64_t count() const;
    // Not empty, control characters replaced by spaces: names become ids and lines of reports.
    std::string text() const;
    // A member's text in the same way; empty when it is missing or something else, without a complaint.
    std::string optional_text(std::string_view key) const;
    std::vector<Node> elements() const;
    // The members of an object with their keys.
    std::vector<std::pair<std::string, Node>> members() const;

    // "benchmarks[3].real_time"; empty for the document.
    std::string field() const;
    void complain(std::string_view what) const;
    bool ok() const { return complaints_->ok(); }

  private:
    Node(Complaints& complaints, const nlohmann::json* value, nlohmann::json::json_pointer path)
        : complaints_(&complaints), value_(value), path_(std::move(path)) {}

    Complaints* complaints_;
    const nlohmann::json* value_;  // null: missing
    nlohmann::json::json_pointer path_;
};

// Control characters become spaces.
std::string one_line(std::string_view text);

}  // namespace harness::formats
