#include "harness/store/trends.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

#include <nlohmann/json.hpp>

#include "harness/store/aliases.h"

namespace harness::store {

namespace {

constexpr std::size_t kFloatBytes = 4;

std::string pack(const std::vector<float>& values) {
    std::string bytes;
    for (const float value : values) {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>((bits >> shift) & 0xff);
    }
    return bytes;
}

Result<std::vector<float>> unpack(const std::string& bytes) {
    if (bytes.size() % kFloatBytes != 0) return fail("damaged values of pairs");
    std::vector<float> values;
    for (std::size_t at = 0; at < bytes.size(); at += kFloatBytes) {
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < kFloatBytes; ++i) {
            bits |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
        }
        values.push_back(std::bit_cast<float>(bits));
    }
    return values;
}

std::optional<double> maybe(const Row& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.real(column));
}

Result<NightPoint> read_point(const Row& row) {
    auto values = unpack(row.bytes(7));
    if (!values) return fail("night {}: {}", row.integer(0), values.error().message);
    return NightPoint{row.integer(0), row.real(1), maybe(row, 2), maybe(row, 3),
                      row.real(4),    row.real(5), row.real(6),   std::move(*values)};
}

Result<std::string> first_text(Connection& connection, std::string_view sql,
                               const std::vector<Value>& values) {
    std::string text;
    auto done = connection.run(sql, values, [&](const Row& row) { text = row.text(0); });
    if (!done) return tl::unexpected(done.error());
    return text;
}

Result<std::string> series_of(Connection& connection, const std::vector<Value>& key,
                              const model::Metric& metric, const RandomSource& random) {
    auto known = first_text(connection,
                            "SELECT id FROM series WHERE benchmark = ?1 AND definition_version = ?2 "
                            "AND metric = ?3 AND unit = ?4 AND machine_class = ?5",
                            key);
    if (!known || !known->empty()) return known;
    const std::string id = make_uuid(random);
    std::vector<Value> values = key;
    values.emplace_back(model::to_string(metric.direction));
    values.emplace_back(id);
    auto done = connection.run(
        "INSERT INTO series (benchmark, definition_version, metric, unit, machine_class, direction, id, "
        "previous_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT id FROM series WHERE benchmark = ?1 AND "
        "definition_version < ?2 AND metric = ?3 AND machine_class = ?5 ORDER BY definition_version DESC "
        "LIMIT 1))",
        values);
    if (!done) return tl::unexpected(done.error());
    return id;
}

bool has_reference_tag(const std::string& tags) {
    const auto json = nlohmann::json::parse(tags, nullptr, false);
    return json.is_array() && std::find(json.begin(), json.end(), "reference") != json.end();
}

Trend read_trend(const Row& row) {
    Trend trend;
    trend.numbers = {row.integer(0)};
    trend.benchmark = row.text(1);
    trend.definition_version = static_cast<int>(row.integer(2));
    trend.metric = row.text(3);
    trend.unit = row.text(4);
    trend.direction = model::parse_direction(row.text(5)).value_or(model::Direction::lower);
    trend.machine_class = row.text(6);
    trend.slope = row.real(7);
    trend.is_reference = has_reference_tag(row.text(8));
    return trend;
}

}  // namespace

Result<std::int64_t> record_trend(Connection& connection, const std::string& benchmark,
                                  int definition_version, const model::Metric& metric,
                                  const std::string& machine_class, const RandomSource& random) {
    const auto series = series_of(
        connection, {benchmark, definition_version, metric.name, metric.unit, machine_class}, metric, random);
    if (!series) return tl::unexpected(series.error());
    auto made = connection.run(
        "INSERT INTO trend (series_id, slope) VALUES (?1, 1) ON CONFLICT (series_id) DO NOTHING", {*series});
    if (!made) return tl::unexpected(made.error());
    std::int64_t number = 0;
    auto found = connection.run("SELECT number FROM trend WHERE series_id = ?1", {*series},
                                [&](const Row& row) { number = row.integer(0); });
    if (!found) return tl::unexpected(found.error());
    return number;
}

Result<void> record_point(Connection& connection, std::int64_t trend, const NightPoint& point) {
    return connection.run(
        "INSERT OR REPLACE INTO night_point (trend, night, log_ratio, low, high, head, reference, spread, "
        "pairs, pair_values) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        {trend, point.night, point.log_ratio, point.low, point.high, point.head, point.reference,
         point.spread, point.values.size(), Blob{pack(point.values)}});
}

Result<std::vector<Trend>> list_trends(Connection& connection) {
    const auto aliases = list_aliases(connection);
    if (!aliases) return tl::unexpected(aliases.error());
    const CurrentNames current(*aliases);
    const auto rows = connection.all(
        "SELECT trend.number, series.benchmark, series.definition_version, metric, unit, direction, "
        "machine_class, slope, tags FROM trend JOIN series ON series.id = series_id JOIN benchmark ON "
        "benchmark.id = series.benchmark AND benchmark.definition_version = series.definition_version "
        "ORDER BY trend.number",
        {}, read_trend);
    if (!rows) return tl::unexpected(rows.error());
    std::map<std::tuple<std::string, int, std::string, std::string, std::string>, Trend> merged;
    for (Trend trend : *rows) {
        trend.benchmark = current(trend.benchmark);
        const auto [found, is_new] = merged.try_emplace(
            {trend.benchmark, trend.definition_version, trend.metric, trend.machine_class, trend.unit},
            trend);
        if (!is_new) found->second.numbers.push_back(trend.numbers.front());
    }
    std::vector<Trend> trends;
    for (auto& [key, trend] : merged) trends.push_back(std::move(trend));
    return trends;
}

Result<std::vector<NightPoint>> points_of(Connection& connection, const Trend& trend) {
    std::vector<NightPoint> points;
    Result<void> healthy;
    for (const std::int64_t number : trend.numbers) {
        auto done = connection.run(
            "SELECT night, log_ratio, low, high, head, reference, spread, pair_values FROM night_point "
            "WHERE trend = ?1",
            {number}, [&](const Row& row) {
                auto point = read_point(row);
                if (point) points.push_back(std::move(*point));
                if (!point && healthy) healthy = tl::unexpected(point.error());
            });
        if (!done) return tl::unexpected(done.error());
    }
    if (!healthy) return fail("trend of {}: {}", trend.benchmark, healthy.error().message);
    std::ranges::stable_sort(points, {}, &NightPoint::night);
    return points;
}

Result<std::set<std::pair<std::string, int>>> wall_timed(Connection& connection) {
    std::set<std::pair<std::string, int>> found;
    auto done = connection.run("SELECT id, definition_version FROM benchmark WHERE time_source = ?1",
                               {model::to_string(model::TimeSource::real)}, [&](const Row& row) {
                                   found.emplace(row.text(0), static_cast<int>(row.integer(1)));
                               });
    if (!done) return tl::unexpected(done.error());
    return found;
}

Result<void> set_correction(Connection& connection, const Trend& trend, double slope,
                            const std::map<std::string, double>& levels) {
    for (const std::int64_t number : trend.numbers) {
        auto done = connection.run("UPDATE trend SET slope = ?2 WHERE number = ?1", {number, slope});
        if (!done) return done;
    }
    for (const auto& [reference, level] : levels) {
        auto done = connection.run(
            "INSERT OR REPLACE INTO trend_level (trend, reference_revision, level) VALUES (?1, ?2, ?3)",
            {trend.numbers.back(), reference, level});
        if (!done) return done;
    }
    return {};
}

}  // namespace harness::store
