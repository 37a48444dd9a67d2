#include "harness/judge/acceptances.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <tuple>

#include "harness/judge/rules.h"
#include "harness/model/json_reader.h"

namespace harness::judge {

namespace {

using model::JsonReader;
using OrderedJson = nlohmann::ordered_json;

constexpr std::array<std::string_view, 7> kMembers = {"benchmark", "metric",   "reason", "author",
                                                      "since",     "recorded", "until"};

auto key_of(const Acceptance& one) { return std::tie(one.benchmark, one.metric); }

std::vector<Acceptance>::iterator find(std::vector<Acceptance>& entries, const Acceptance& like) {
    return std::ranges::find_if(entries, [&](const Acceptance& one) { return key_of(one) == key_of(like); });
}

void sort(Acceptances& acceptances) {
    std::ranges::stable_sort(acceptances.entries, [](const Acceptance& left, const Acceptance& right) {
        return key_of(left) < key_of(right);
    });
}

void refuse_unknown(JsonReader& reader, const nlohmann::json& object) {
    for (const auto& [name, value] : object.items()) {
        if (std::ranges::find(kMembers, name) == kMembers.end()) {
            reader.complain(fmt::format("unknown member '{}' (known: {})", name, fmt::join(kMembers, ", ")));
        }
    }
}

std::string read_day(JsonReader& reader, std::string_view key) {
    const auto day = parse_day(reader.text(key));
    if (day) return *day;
    reader.complain(fmt::format("'{}': {}", key, day.error().message));
    return "";
}

Acceptance read_acceptance(JsonReader& reader) {
    Acceptance one;
    one.benchmark = reader.text("benchmark");
    if (reader.has("metric")) one.metric = reader.text("metric");
    one.reason = reader.text("reason");
    one.author = reader.text("author");
    one.since = reader.text("since");
    one.recorded = read_day(reader, "recorded");
    if (reader.has("until")) one.until = read_day(reader, "until");
    const bool names_suite = one.benchmark.find('/') == std::string::npos;
    if (names_suite != (one.metric == kSize)) {
        reader.complain(fmt::format("'benchmark' must be {}, not '{}'",
                                    names_suite ? "SUITE/CASE" : "a suite's name, whose code has a size",
                                    one.benchmark));
    }
    return one;
}

OrderedJson as_json(const Acceptance& one) {
    OrderedJson json = {{"benchmark", one.benchmark}, {"metric", one.metric}, {"reason", one.reason},
                        {"author", one.author},       {"since", one.since},   {"recorded", one.recorded}};
    if (!one.until.empty()) json["until"] = one.until;
    return json;
}

std::optional<unsigned> number(std::string_view digits) {
    unsigned value = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = code == std::errc() && end == digits.data() + digits.size();
    return whole ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<std::string> parse_day(std::string_view text) {
    namespace chrono = std::chrono;
    if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
        const auto y = number(text.substr(0, 4));
        const auto m = number(text.substr(5, 2));
        const auto d = number(text.substr(8, 2));
        if (y && m && d &&
            chrono::year_month_day(chrono::year(static_cast<int>(*y)), chrono::month(*m), chrono::day(*d))
                .ok())
            return std::string(text);
    }
    return fail("'{}' is not a day: write it as 2026-11-30", text);
}

Result<Acceptances> parse_acceptances(std::string_view json, std::string_view origin) {
    const auto value = model::parse_json(json, origin);
    if (!value) return tl::unexpected(value.error());
    JsonReader reader(*value, std::string(origin));
    if (value->is_object()) {
        for (const auto& [name, member] : value->items()) {
            if (name != "accepted") reader.complain(fmt::format("unknown member '{}'", name));
        }
    }
    Acceptances acceptances;
    reader.objects("accepted", [&](JsonReader& element) {
        refuse_unknown(element, (*value)["accepted"][acceptances.entries.size()]);
        const Acceptance one = read_acceptance(element);
        if (find(acceptances.entries, one) != acceptances.entries.end()) {
            element.complain(fmt::format("the second of the metric '{}' of '{}'", one.metric, one.benchmark));
        }
        acceptances.entries.push_back(one);
    });
    if (reader.error()) return tl::unexpected(*reader.error());
    sort(acceptances);
    return acceptances;
}

std::string to_json(const Acceptances& acceptances) {
    Acceptances sorted = acceptances;
    sort(sorted);
    OrderedJson list = OrderedJson::array();
    for (const Acceptance& one : sorted.entries) list.push_back(as_json(one));
    return OrderedJson{{"accepted", list}}.dump(4, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

Result<Acceptances> with(Acceptances acceptances, const Acceptance& added, std::string_view origin) {
    const nlohmann::json written = as_json(added);
    JsonReader reader(written, std::string(origin));
    const Acceptance read = read_acceptance(reader);
    if (reader.error()) return tl::unexpected(*reader.error());
    const auto earlier = find(acceptances.entries, read);
    if (earlier != acceptances.entries.end()) acceptances.entries.erase(earlier);
    acceptances.entries.push_back(read);
    sort(acceptances);
    return acceptances;
}

Acceptability acceptability(const Acceptances& acceptances, std::string_view benchmark,
                            std::string_view metric, std::string_view today) {
    for (const Acceptance& one : acceptances.entries) {
        if (one.benchmark != benchmark || one.metric != metric) continue;
        if (one.until.empty() || today <= one.until) return {one.reason, ""};
        return {"", one.until};
    }
    return {};
}

}  // namespace harness::judge
