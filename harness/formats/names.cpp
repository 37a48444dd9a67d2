#include "harness/formats/names.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

#include "harness/model/hash.h"

namespace harness::formats {

namespace {

constexpr std::int64_t kBillion = 1'000'000'000;

constexpr std::pair<std::string_view, double> kUnits[] = {
    {"ns", 1},        {"us", 1e3},     {"\u00b5s", 1e3},     {"\u03bcs", 1e3},     {"ms", 1e6},
    {"s", 1e9},       {"sec", 1e9},    {"min", 60e9},        {"hr", 3600e9},       {"h", 3600e9},
    {"day", 86400e9}, {"second", 1e9}, {"millisecond", 1e6}, {"microsecond", 1e3}, {"nanosecond", 1},
};

// Takes a number of exactly `digits` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
    int number = 0;
    if (text.size() < digits) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
    if (error != std::errc() || end != text.data() + digits || text[0] == '-') return std::nullopt;
    text.remove_prefix(digits);
    return number;
}

bool take(std::string_view& text, std::string_view characters) {
    if (text.empty() || characters.find(text[0]) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

// ".25" in nanoseconds; further digits are dropped.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
    if (!take(text, ".,")) return 0;
    std::int64_t fraction = 0;
    std::int64_t scale = kBillion;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
        scale /= 10;
        fraction += (text[digits] - '0') * scale;
    }
    text.remove_prefix(digits);
    if (digits == 0) return std::nullopt;
    return fraction;
}

// Seconds that the zone is ahead of UTC.
std::optional<std::int64_t> take_zone(std::string_view& text) {
    if (text.empty() || text == "Z" || text == "z" || text == " UTC") {
        text = {};
        return 0;
    }
    const int sign = text[0] == '-' ? -1 : 1;
    if (!take(text, "+-")) return std::nullopt;
    const auto hours = take_digits(text, 2);
    (void)take(text, ":");
    const auto minutes = take_digits(text, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    return sign * (*hours * 3600 + *minutes * 60);
}

std::optional<std::int64_t> seconds_of_day(std::string_view& text) {
    const auto hour = take_digits(text, 2);
    const bool colon = take(text, ":");
    const auto minute = take_digits(text, 2);
    const bool second_colon = take(text, ":");
    const auto second = take_digits(text, 2);
    if (!hour || !colon || !minute || !second_colon || !second) return std::nullopt;
    if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;  // 60: a leap second
    return *hour * 3600 + *minute * 60 + *second;
}

std::optional<std::int64_t> days(std::string_view& text) {
    namespace chrono = std::chrono;
    const auto y = take_digits(text, 4);
    const bool dash = take(text, "-");
    const auto m = take_digits(text, 2);
    const bool second_dash = take(text, "-");
    const auto d = take_digits(text, 2);
    if (!y || !dash || !m || !second_dash || !d) return std::nullopt;
    const chrono::year_month_day date{chrono::year(*y), chrono::month(static_cast<unsigned>(*m)),
                                      chrono::day(static_cast<unsigned>(*d))};
    // Nanoseconds since 1970 end in 2262; what is before 1970 was not measured.
    if (!date.ok() || *y < 1970 || *y > 2261) return std::nullopt;
    return chrono::sys_days(date).time_since_epoch().count();
}

}  // namespace

std::string suite_name(std::string_view text) {
    const std::size_t slash = text.find_last_of("/\\");
    if (slash != std::string_view::npos) text.remove_prefix(slash + 1);
    const std::size_t dot = text.rfind('.');
    if (dot != std::string_view::npos && dot > 0) text = text.substr(0, dot);
    std::string name;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("_-.").find(c) != std::string_view::npos;
        name += plain ? c : '_';
    }
    // A name must not look like an option or a hidden file.
    name.erase(0, std::min(name.find_first_not_of(".-"), name.size()));
    return name.empty() ? "imported" : name;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
    const auto day = days(text);
    if (!day || !take(text, "Tt ")) return std::nullopt;
    const auto second = seconds_of_day(text);
    if (!second) return std::nullopt;
    const auto fraction = take_fraction(text);
    if (!fraction) return std::nullopt;
    const auto zone = take_zone(text);
    if (!zone || !text.empty()) return std::nullopt;
    const std::int64_t seconds = *day * 86400 + *second - *zone;
    if (seconds < 0) return std::nullopt;
    return seconds * kBillion + *fraction;
}

std::optional<double> nanoseconds_in(std::string_view unit) {
    const auto found = std::ranges::find(kUnits, unit, [](const auto& entry) { return entry.first; });
    if (found == std::end(kUnits)) return std::nullopt;
    return found->second;
}

std::optional<double> parse_number(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return number;
}

std::string content_uuid(std::string_view content) {
    std::string digits =
        model::stable_hash(content) + model::stable_hash(fmt::format("2nd half\n{}", content));
    digits[12] = '8';
    // The variant is the two bits 10 in front.
    digits[16] = "89ab"[static_cast<unsigned char>(digits[16]) & 3U];
    return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4),
                       digits.substr(16, 4), digits.substr(20));
}

Result<model::Metric> parse_metric(std::string_view text) {
    const std::size_t last = text.rfind(':');
    const std::size_t first = last == std::string_view::npos || last == 0 ? last : text.rfind(':', last - 1);
    if (first == std::string_view::npos || first == 0 || first == last || first + 1 == last) {
        return fail("'{}' is not NAME:UNIT:DIRECTION, as in hits:hits/s:higher", text);
    }
    const auto direction = model::parse_direction(text.substr(last + 1));
    if (!direction) return tl::unexpected(direction.error());
    return model::Metric{std::string(text.substr(0, first)),
                         std::string(text.substr(first + 1, last - first - 1)), *direction};
}

}  // namespace harness::formats
