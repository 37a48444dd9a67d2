#include "harness/report/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <span>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace harness::report {

namespace {

struct Prefix {
    double factor;
    std::string_view name;  // the whole unit for times, what precedes the unit otherwise
};

constexpr std::array<Prefix, 5> kTimes = {{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}, {1e-3, "ps"}}};
constexpr double kKibi = 1024;
constexpr std::array<Prefix, 4> kBinary = {
    {{kKibi * kKibi * kKibi, "Gi"}, {kKibi * kKibi, "Mi"}, {kKibi, "Ki"}, {1, ""}}};
constexpr std::array<Prefix, 4> kDecimal = {{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}}};

const Prefix& pick(std::span<const Prefix> prefixes, double value) {
    for (const Prefix& prefix : prefixes) {
        if (std::abs(value) >= prefix.factor) return prefix;
    }
    return prefixes.back();
}

// Three significant digits without an exponent for what the prefixes leave.
std::string digits(double value) {
    const double size = std::abs(value);
    if (size >= 1e5 || (size < 1e-3 && size > 0)) return fmt::format("{:.3g}", value);
    return fmt::format("{:.{}f}", value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

std::string scaled(std::span<const Prefix> prefixes, double value, std::string_view unit) {
    const Prefix& prefix = pick(prefixes, value);
    const bool bare = unit.empty() && prefix.name.empty();
    return fmt::format("{}{}{}{}", digits(value / prefix.factor), bare ? "" : " ", prefix.name, unit);
}

}  // namespace

std::string quantity(double value, std::string_view unit) {
    if (!std::isfinite(value)) return "not a number";
    if (unit == "ns") return value == 0 ? "0 ns" : scaled(kTimes, value, "");
    if (unit == "B" || unit == "B/s") return scaled(kBinary, value, unit);
    if (unit == "1/s") return scaled(kDecimal, value, "/s");
    if (unit.ends_with("/s")) return scaled(kDecimal, value, unit);
    return fmt::format("{} {}", digits(value), unit);
}

std::string ratio(double value) { return std::isfinite(value) ? digits(value) : "not a number"; }

std::string change(double ratio) {
    if (!std::isfinite(ratio)) return "not a number";
    if (ratio >= 2) return fmt::format("x{:.2f}", ratio);
    return fmt::format("{:+.1f} %", 100 * (ratio - 1));
}

std::string interval(const model::Effect& effect) {
    return fmt::format("{} .. {}", change(effect.low), change(effect.high));
}

std::vector<const model::Verdict*> by_importance(const model::Comparison& comparison, model::Role role) {
    std::vector<const model::Verdict*> rows;
    for (const model::VerdictKind kind : model::kAllVerdictKinds) {
        for (const model::Verdict& verdict : comparison.verdicts) {
            if (verdict.role == role && verdict.kind == kind) rows.push_back(&verdict);
        }
    }
    return rows;
}

std::string counts(const model::Comparison& comparison) {
    std::string text;
    for (const model::VerdictKind kind : model::kAllVerdictKinds) {
        const std::size_t number = count(comparison, kind);
        if (number > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, to_string(kind));
    }
    return text.empty() ? "nothing was compared" : text;
}

std::string overall(const model::Comparison& comparison) {
    if (!comparison.overall) return "";
    return fmt::format("geometric mean of all deciding benchmarks: {} (95 % interval {}; more is worse)",
                       change(comparison.overall->ratio), interval(*comparison.overall));
}

std::string matchup(const model::Comparison& comparison) {
    const auto named = [](std::string_view name, std::string_view revision) {
        if (revision.empty() || revision == name) return std::string(name);
        return name.empty() ? std::string(revision) : fmt::format("{} ({})", name, revision);
    };
    return fmt::format("{} against {}", named(comparison.head, comparison.head_revision),
                       named(comparison.baseline, comparison.base_revision));
}

ColumnNames column_names(model::Method method) {
    if (method == model::Method::stored) return {"baseline", "run", "widened 99 % interval"};
    return {"base", "head", "99 % interval"};
}

std::vector<std::string> groups(const model::Comparison& comparison) {
    std::vector<std::string> lines;
    for (const model::GroupEffect& group : comparison.groups) {
        lines.push_back(fmt::format("{}: {} (95 % interval {}), {} benchmarks", group.group,
                                    change(group.effect.ratio), interval(group.effect), group.rows));
    }
    return lines;
}

std::string_view short_id(std::string_view id) { return id.substr(0, 8); }

std::string one_line(std::string_view text) {
    // The library replaces what is no UTF-8, on the way out only.
    using Json = nlohmann::json;
    const std::string quoted = Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
    auto valid = Json::parse(quoted).get<std::string>();
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    std::ranges::replace_if(valid, is_control, ' ');
    return valid;
}

std::string utc(std::int64_t nanoseconds) {
    constexpr std::int64_t kBillion = 1'000'000'000;
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                       fmt::gmtime(static_cast<std::time_t>(nanoseconds / kBillion)));
}

}  // namespace harness::report
