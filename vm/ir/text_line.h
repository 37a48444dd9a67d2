#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vm::ir {

// One line of text, taken apart from its beginning. What is asked for and not there is left where it is.
class TextLine {
  public:
    explicit TextLine(std::string_view text) : rest_(text.substr(0, text.find('#'))) { skip_spaces(); }

    bool at_end() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }

    // Punctuation.
    bool accept(std::string_view token) {
        if (not rest_.starts_with(token)) return false;
        take(token.size());
        return true;
    }
    // This word, not as the beginning of a longer one.
    bool accept_word(std::string_view word) {
        if (next_word() != word) return false;
        take(word.size());
        return true;
    }
    // Letters, digits and underscores; empty when there are none.
    std::string_view word() {
        const std::string_view found = next_word();
        take(found.size());
        return found;
    }
    // A decimal or, after 0x, hexadecimal number of up to 64 bits.
    std::optional<std::uint64_t> number() {
        const std::string_view found = next_word();
        const auto value = to_number(found);
        if (value) take(found.size());
        return value;
    }

  private:
    static constexpr bool is_digit(char c) { return c >= '0' and c <= '9'; }
    static constexpr bool is_letter(char c) { return (c >= 'a' and c <= 'z') or (c >= 'A' and c <= 'Z'); }

    static constexpr unsigned digit(char c) {
        if (is_digit(c)) return static_cast<unsigned>(c - '0');
        if (c >= 'a' and c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
        return 16;
    }

    static std::optional<std::uint64_t> to_number(std::string_view digits) {
        const bool hexadecimal = digits.starts_with("0x");
        if (hexadecimal) digits.remove_prefix(2);
        if (digits.empty()) return std::nullopt;
        const std::uint64_t base = hexadecimal ? 16 : 10;
        std::uint64_t value = 0;
        for (const char c : digits) {
            const std::uint64_t next = digit(c);
            if (next >= base or value > (~std::uint64_t{0} - next) / base) return std::nullopt;
            value = value * base + next;
        }
        return value;
    }

    std::string_view next_word() const {
        std::size_t end = 0;
        while (end < rest_.size() and (is_digit(rest_[end]) or is_letter(rest_[end]) or rest_[end] == '_'))
            ++end;
        return rest_.substr(0, end);
    }

    void take(std::size_t count) {
        rest_.remove_prefix(count);
        skip_spaces();
    }
    void skip_spaces() {
        const std::size_t spaces = rest_.find_first_not_of(" \t\r");
        rest_.remove_prefix(spaces == std::string_view::npos ? rest_.size() : spaces);
    }

    std::string_view rest_;
};

}  // namespace vm::ir
