#include "harness/run/callgrind_out.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace harness::run {

namespace {

constexpr std::string_view kEvent = "Ir";
constexpr std::size_t kShown = 60;  // characters of a line in a message

// Headers that say nothing about costs.
constexpr std::string_view kIgnored[] = {"creator", "pid", "thread", "part", "desc", "event", "target"};

// Lines that say where the costs below them belong; each sort of name is numbered for itself.
enum class Named { file, function, object };

struct NameLine {
    std::string_view key;
    Named named;
};

constexpr NameLine kNameLines[] = {
    {"fl", Named::file},      {"fi", Named::file},   {"fe", Named::file},     {"cfi", Named::file},
    {"cfl", Named::file},     {"jfi", Named::file},  {"fn", Named::function}, {"cfn", Named::function},
    {"jfn", Named::function}, {"ob", Named::object}, {"cob", Named::object},  {"job", Named::object},
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> all;
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
        const auto length = static_cast<std::size_t>(std::ranges::find_if(text, is_blank) - text.begin());
        all.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return all;
}

std::optional<std::uint64_t> number(std::string_view text) {
    const bool hexadecimal = text.starts_with("0x");
    if (hexadecimal) text.remove_prefix(2);
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 10);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

// A line number or an address: absolute, "+3" or "-3" from the last one, or "*" for the same.
bool is_position(std::string_view text) {
    if (text == "*") return true;
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return number(text).has_value();
}

bool starts_costs(std::string_view line) {
    const char first = line.front();
    return (first >= '0' && first <= '9') || first == '+' || first == '-' || first == '*';
}

std::string without_folder(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class Parser {
  public:
    explicit Parser(std::string_view name) : name_(name) {}

    Result<CallgrindCosts> parse(std::string_view text) {
        while (!text.empty()) {
            const std::size_t length = text.find('\n');
            if (auto read = take(trimmed(text.substr(0, length))); !read) return tl::unexpected(read.error());
            if (length == std::string_view::npos) break;
            text.remove_prefix(length + 1);
        }
        return finished();
    }

  private:
    template <class... Args>
    tl::unexpected<Error> wrong(fmt::format_string<Args...> format, Args&&... args) const {
        return fail("{}:{}: {}", name_, line_, fmt::format(format, std::forward<Args>(args)...));
    }

    Result<void> take(std::string_view line) {
        ++line_;
        if (line.empty() || line.front() == '#') return {};
        if (starts_costs(line)) return take_costs(line);
        if (elsewhere_) return wrong("a call or jump without its position");
        const std::size_t key = line.find_first_of("=:");
        if (key == std::string_view::npos) return unknown(line);
        const std::string_view value = trimmed(line.substr(key + 1));
        if (line[key] == ':') return take_header(line, line.substr(0, key), value);
        return take_assignment(line, line.substr(0, key), value);
    }

    tl::unexpected<Error> unknown(std::string_view line) const {
        return wrong("unknown line '{}'", line.substr(0, kShown));
    }

    Result<void> take_header(std::string_view line, std::string_view key, std::string_view value) {
        if (key == "version") {
            if (value != "1") return wrong("version '{}' of the format is not known", value);
        } else if (key == "cmd") {
            costs_.command = value;
        } else if (key == "positions") {
            positions_ = words(value).size();
        } else if (key == "events") {
            return take_events(value);
        } else if (key == "totals") {
            return take_totals(value);
        } else if (key == "summary") {
            return {};
        } else if (std::ranges::find(kIgnored, key) == std::end(kIgnored)) {
            return unknown(line);
        }
        return {};
    }

    Result<void> take_events(std::string_view value) {
        const auto names = words(value);
        const auto found = std::ranges::find(names, kEvent);
        if (found == names.end()) return wrong("the event {} was not counted", kEvent);
        event_ = static_cast<std::size_t>(found - names.begin());
        return {};
    }

    Result<void> take_totals(std::string_view value) {
        if (!event_) return wrong("totals before the names of the events");
        const auto total = cost_at(words(value), 0);
        if (!total) return wrong("'{}' are no totals", value.substr(0, kShown));
        const auto all = sum(costs_.total, *total);
        if (!all) return tl::unexpected(all.error());
        costs_.total = *all;
        ended_ = true;
        return {};
    }

    Result<void> take_assignment(std::string_view line, std::string_view key, std::string_view value) {
        if (key == "calls" || key == "jump" || key == "jcnd") {
            elsewhere_ = true;
            return {};
        }
        const auto found = std::ranges::find(kNameLines, key, &NameLine::key);
        if (found == std::end(kNameLines)) return unknown(line);
        const auto text = full_name(found->named, value);
        if (!text) return tl::unexpected(text.error());
        if (key == "ob") object_ = *text;
        if (key == "fn") set_function(*text);
        return {};
    }

    // "(3) name" is name and gives it a number, "(3)" is the name with this number.
    Result<std::string> full_name(Named named, std::string_view value) {
        if (!value.starts_with('(')) return std::string(value);
        const std::size_t end = value.find(')');
        const auto id = number(value.substr(1, end == std::string_view::npos ? 0 : end - 1));
        if (!id) return std::string(value);  // "(below main)" in a file without compression
        auto& names = names_[static_cast<std::size_t>(named)];
        const std::string_view rest = trimmed(value.substr(end + 1));
        if (!rest.empty()) return names[*id] = std::string(rest);
        const auto known = names.find(*id);
        if (known == names.end()) return wrong("the name with number {} is not known", *id);
        return known->second;
    }

    // Addresses differ between any two builds; they name nothing.
    void set_function(const std::string& text) {
        const bool nameless = text.empty() || text.starts_with("0x") || text == "???";
        function_ = nameless ? "??? in " + (object_.empty() ? "???" : without_folder(object_)) : text;
    }

    // The event's number among those after so many others; costs that are left out are 0.
    std::optional<std::uint64_t> cost_at(const std::vector<std::string_view>& all,
                                         std::size_t skipped) const {
        if (skipped + *event_ >= all.size()) return 0;
        return number(all[skipped + *event_]);
    }

    Result<void> take_costs(std::string_view line) {
        if (!event_) return wrong("costs before the names of the events");
        const auto all = words(line);
        if (all.size() < positions_) return wrong("'{}' has no position", line.substr(0, kShown));
        for (std::size_t i = 0; i < positions_; ++i) {
            if (!is_position(all[i])) return wrong("'{}' is no position", all[i].substr(0, kShown));
        }
        const auto cost = cost_at(all, positions_);
        if (!cost) return wrong("'{}' has a cost that is no number", line.substr(0, kShown));
        // Below a call stands what it cost with all it called: the callees have that as their own.
        if (std::exchange(elsewhere_, false)) return {};
        if (function_.empty()) return wrong("costs of no function");
        const auto together = sum(sum_, *cost);
        if (!together) return tl::unexpected(together.error());
        sum_ = *together;
        costs_.functions[function_] += *cost;  // at most the sum
        return {};
    }

    Result<std::uint64_t> sum(std::uint64_t one, std::uint64_t other) const {
        if (one > std::numeric_limits<std::uint64_t>::max() - other) return wrong("costs beyond 2^64");
        return one + other;
    }

    Result<CallgrindCosts> finished() {
        if (!ended_) return fail("{}: cut off: no totals at its end", name_);
        if (sum_ != costs_.total) {
            return fail("{}: its functions have {} instructions together, its totals say {}", name_, sum_,
                        costs_.total);
        }
        return std::move(costs_);
    }

    std::string_view name_;
    std::size_t line_ = 0;
    std::size_t positions_ = 1;         // of each line of costs
    std::optional<std::size_t> event_;  // where the event is among the costs
    std::map<std::uint64_t, std::string> names_[3];
    std::string object_;
    std::string function_;
    bool elsewhere_ = false;  // the next line of costs is of the call or jump above it
    bool ended_ = false;
    std::uint64_t sum_ = 0;
    CallgrindCosts costs_;
};

}  // namespace

Result<CallgrindCosts> parse_callgrind(std::string_view text, std::string_view name) {
    return Parser(name).parse(text);
}

}  // namespace harness::run
