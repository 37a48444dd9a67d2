#include "harness/run/gbench.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <nlohmann/json.hpp>

namespace harness::run {

namespace {

using Json = nlohmann::json;

// Numbers of a row that are not counters.
constexpr std::array<std::string_view, 8> kOwnNumbers = {"family_index", "per_family_instance_index",
                                                         "repetitions",  "repetition_index",
                                                         "threads",      "iterations",
                                                         "real_time",    "cpu_time"};

std::optional<double> nanoseconds_per(std::string_view unit) {
    if (unit == "ns") return 1;
    if (unit == "us") return 1e3;
    if (unit == "ms") return 1e6;
    if (unit == "s") return 1e9;
    return std::nullopt;
}

std::string text_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<double> time_of(const Json& row, const char* key, double scale) {
    const auto found = row.find(key);
    if (found == row.end() || !found->is_number()) return fail("a result without '{}'", key);
    const double time = found->get<double>() * scale;
    if (!std::isfinite(time) || time < 0) return fail("a result whose '{}' is {}", key, found->dump());
    return time;
}

bool is_error(const Json& row) {
    const auto found = row.find("error_occurred");
    return found != row.end() && found->is_boolean() && found->get<bool>();
}

Result<void> read_measurement(const Json& row, GbenchRow& into) {
    const auto scale = nanoseconds_per(text_of(row, "time_unit"));
    if (!scale) return fail("a result with time unit '{}'", text_of(row, "time_unit"));
    const auto real = time_of(row, "real_time", *scale);
    if (!real) return tl::unexpected(real.error());
    const auto cpu = time_of(row, "cpu_time", *scale);
    if (!cpu) return tl::unexpected(cpu.error());
    const auto iterations = row.find("iterations");
    if (iterations == row.end() || !iterations->is_number_integer() || iterations->get<std::int64_t>() <= 0) {
        return fail("a result without iterations");
    }
    into.iterations = iterations->get<std::int64_t>();
    into.real_ns = *real;
    into.cpu_ns = *cpu;
    for (const auto& [key, value] : row.items()) {
        if (!value.is_number() || std::ranges::find(kOwnNumbers, key) != kOwnNumbers.end()) continue;
        into.counters[key] = value.get<double>();
    }
    return {};
}

Result<GbenchRow> read_row(const Json& row) {
    GbenchRow result;
    result.name = text_of(row, "name");
    if (result.name.empty()) return fail("a result without a name");
    if (is_error(row)) {
        result.error = text_of(row, "error_message");
        if (result.error.empty()) result.error = "it reported an error without a message";
        return result;
    }
    if (const auto read = read_measurement(row, result); !read) return tl::unexpected(read.error());
    return result;
}

}  // namespace

Result<GbenchOutput> parse_gbench(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return fail("its output is not JSON");
    const auto rows = json.is_object() ? json.find("benchmarks") : json.end();
    if (!json.is_object() || rows == json.end() || !rows->is_array()) {
        return fail("its output is not Google Benchmark's: 'benchmarks' is missing");
    }
    GbenchOutput output;
    if (const auto context = json.find("context"); context != json.end() && context->is_object()) {
        for (const auto& [key, value] : context->items()) {
            if (value.is_string()) output.context[key] = value.get<std::string>();
        }
    }
    for (const Json& row : *rows) {
        if (!row.is_object()) return fail("its output is not Google Benchmark's: a result is not an object");
        if (text_of(row, "run_type") == "aggregate") continue;
        auto read = read_row(row);
        if (!read) return fail("its output has {}", read.error().message);
        output.rows.push_back(std::move(*read));
    }
    return output;
}

}  // namespace harness::run
