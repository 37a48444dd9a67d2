#include "harness/formats/document.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace harness::formats {

namespace {

using Json = nlohmann::json;

// Replaces the words outside texts that JSON does not have.
std::string without_bare_words(std::string_view text) {
    constexpr std::array<std::string_view, 3> kWords = {"-Infinity", "Infinity", "NaN"};
    std::string out;
    out.reserve(text.size());
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_text && c == '\\' && i + 1 < text.size()) {
            out += c;
            out += text[++i];
            continue;
        }
        if (c == '"') in_text = !in_text;
        const auto word = std::ranges::find_if(
            kWords, [&](std::string_view known) { return text.substr(i).starts_with(known); });
        if (in_text || word == kWords.end()) {
            out += c;
        } else {
            out += "null";
            i += word->size() - 1;
        }
    }
    return out;
}

// Walks a text for the JSON parser and counts its lines.
class LineIterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    struct Count {
        std::size_t newlines = 0;
        bool at_newline = false;  // the last character was one: a number's end is seen one character late
        std::size_t line() const { return 1 + newlines - (at_newline ? 1 : 0); }
    };

    LineIterator(const char* at, Count* count) : at_(at), count_(count) {}
    reference operator*() const { return *at_; }
    LineIterator& operator++() {
        count_->at_newline = *at_ == '\n';
        if (count_->at_newline) ++count_->newlines;
        ++at_;
        return *this;
    }
    LineIterator operator++(int) {
        LineIterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const LineIterator& other) const { return at_ == other.at_; }
    bool operator!=(const LineIterator& other) const { return at_ != other.at_; }

  private:
    const char* at_;
    Count* count_;
};

// Reads along until the wanted path begins; remembers the line of the deepest value on the way to it.
class LineFinder : public nlohmann::json_sax<Json> {
  public:
    LineFinder(std::vector<std::string> wanted, const LineIterator::Count& count)
        : wanted_(std::move(wanted)), count_(count) {}

    std::size_t line() const { return line_; }

    bool null() override { return value(); }
    bool boolean(bool) override { return value(); }
    bool number_integer(number_integer_t) override { return value(); }
    bool number_unsigned(number_unsigned_t) override { return value(); }
    bool number_float(number_float_t, const string_t&) override { return value(); }
    bool string(string_t&) override { return value(); }
    bool binary(binary_t&) override { return value(); }
    bool start_object(std::size_t) override { return open(false); }
    bool start_array(std::size_t) override { return open(true); }
    bool key(string_t& name) override {
        levels_.back().step = name;
        return true;
    }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

  private:
    struct Level {
        bool is_array = false;
        std::size_t next = 0;
        std::string step;     // of the current element or member
        bool on_way = false;  // everything above this level is on the wanted path
    };

    // Notes where we are; false ends the reading, because the wanted value has been reached.
    bool arrive() {
        bool on_way = true;
        if (!levels_.empty()) {
            Level& level = levels_.back();
            if (level.is_array) level.step = std::to_string(level.next++);
            const std::size_t depth = levels_.size() - 1;
            on_way = level.on_way && depth < wanted_.size() && level.step == wanted_[depth];
        }
        here_ = on_way;
        if (on_way) line_ = count_.line();
        return !(on_way && levels_.size() == wanted_.size());
    }
    bool value() { return arrive(); }
    bool open(bool is_array) {
        if (!arrive()) return false;
        levels_.push_back({is_array, 0, "", here_});
        return true;
    }
    bool close() {
        levels_.pop_back();
        return true;
    }

    std::vector<std::string> wanted_;
    const LineIterator::Count& count_;
    std::vector<Level> levels_;
    bool here_ = false;
    std::size_t line_ = 1;
};

std::vector<std::string> steps_of(Json::json_pointer path) {
    std::vector<std::string> steps;
    for (; !path.empty(); path.pop_back()) steps.push_back(path.back());
    std::ranges::reverse(steps);
    return steps;
}

}  // namespace

Document::Document(std::string name, std::string_view text) : name_(std::move(name)), text_(text) {
    if (!claims_json()) return;
    text_ = without_bare_words(text);
    try {
        json_ = Json::parse(text_);
    } catch (const Json::parse_error& error) {
        const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text_.size()));
        error_line_ = 1 + static_cast<std::size_t>(std::count(text_.begin(), end, '\n'));
    } catch (const Json::exception&) {
        error_line_ = 1;
    }
}

bool Document::claims_json() const {
    const auto first = text_.find_first_not_of(" \t\r\n");
    return first != std::string::npos && (text_[first] == '{' || text_[first] == '[');
}

Error Document::json_error() const { return error_at(error_line_, "not valid JSON"); }

std::size_t Document::line_of(const Json::json_pointer& path) const {
    LineIterator::Count count;
    LineFinder finder(steps_of(path), count);
    // What it returns tells only whether the text was read to its end.
    (void)Json::sax_parse(LineIterator(text_.data(), &count),
                          LineIterator(text_.data() + text_.size(), &count), &finder);
    return finder.line();
}

Error Document::error_at(std::size_t line, std::string_view message) const {
    return Error{fmt::format("{}:{}: {}", name_, line, message)};
}

}  // namespace harness::formats
