#include "harness/model/worker.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "harness/model/json_reader.h"

namespace harness::model {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestError = 1000;
constexpr std::int64_t kLongestNs = std::int64_t{24} * 3600 * 1'000'000'000;  // a day
// Loops in batches run up to one batch more than asked.
constexpr std::int64_t kLargestBatch = std::int64_t{1} << 20;

std::string line_of(const Json& json) {
    // Names and messages are the benchmark's: bytes that are no UTF-8 must not end the program.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string plain(std::string_view text) {
    std::string result(text.substr(0, kLongestError));
    std::ranges::replace_if(
        result, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
    return result;
}

std::int64_t required(JsonReader& reader, std::string_view key, std::int64_t low, std::int64_t high) {
    if (!reader.has(key)) reader.complain(fmt::format("'{}' is missing", key));
    return reader.integer(key, low, high, low);
}

Metric read_metric(JsonReader& reader) {
    Metric metric;
    metric.name = reader.text("name");
    metric.unit = reader.text("unit", "");
    metric.direction = reader.take(parse_direction(reader.text("direction")), Direction::lower);
    return metric;
}

double read_slowdown(JsonReader& reader) {
    const double factor = reader.number("slowdown");
    if (factor >= 1 && factor <= kLargestSlowdown) return factor;
    reader.complain(fmt::format("'slowdown' must be from 1 to {}", kLargestSlowdown));
    return 1;
}

void read_measurement(JsonReader& reader, SliceAnswer& answer) {
    answer.iterations = required(reader, "iterations", 1, 2 * kMostIterations);
    answer.cpu_ns = required(reader, "cpu_ns", 1, kLongestNs);
    answer.wall_ns = required(reader, "wall_ns", 1, kLongestNs);
    answer.voluntary_switches = required(reader, "voluntary_switches", 0, INT32_MAX);
    answer.involuntary_switches = required(reader, "involuntary_switches", 0, INT32_MAX);
    reader.objects("counters", [&](JsonReader& counter) {
        const std::string name = counter.text("name");
        const double value = counter.number("value");
        if (!answer.counters.emplace(name, value).second) {
            counter.complain(fmt::format("'{}' is there twice", name));
        }
    });
}

// Whether the worker says it did what it was asked, or only slightly more.
bool plausible(std::int64_t iterations, std::int64_t asked) {
    return iterations >= asked && iterations - asked <= std::min(asked + kLargestBatch, kMostIterations);
}

template <class T>
Result<T> checked(const JsonReader& reader, T value) {
    if (reader.error()) return tl::unexpected(*reader.error());
    return value;
}

}  // namespace

std::string to_line(const WorkerHello& hello) {
    Json metrics = Json::array();
    for (const Metric& metric : hello.metrics) {
        metrics.push_back(
            {{"name", metric.name}, {"unit", metric.unit}, {"direction", to_string(metric.direction)}});
    }
    return line_of({{"worker_protocol", kWorkerProtocol},
                    {"suite", hello.suite},
                    {"case", hello.case_id},
                    {"version", hello.definition_version},
                    {"time_source", to_string(hello.time_source)},
                    {"metrics", metrics},
                    {"clock_resolution_ns", hello.clock_resolution_ns},
                    {"slowdown", hello.slowdown}});
}

std::string to_line(const SliceRequest& request) {
    return line_of({{"slice", request.number}, {"iterations", request.iterations}});
}

std::string to_line(const SliceAnswer& answer) {
    if (!answer.error.empty()) return line_of({{"slice", answer.number}, {"error", plain(answer.error)}});
    Json counters = Json::array();
    for (const auto& [name, value] : answer.counters) {
        if (std::isfinite(value)) counters.push_back({{"name", plain(name)}, {"value", value}});
    }
    return line_of({{"slice", answer.number},
                    {"iterations", answer.iterations},
                    {"cpu_ns", answer.cpu_ns},
                    {"wall_ns", answer.wall_ns},
                    {"voluntary_switches", answer.voluntary_switches},
                    {"involuntary_switches", answer.involuntary_switches},
                    {"counters", counters}});
}

Result<WorkerHello> parse_hello(std::string_view line) {
    const auto json = parse_json(line, "the worker's greeting");
    if (!json) return tl::unexpected(json.error());
    JsonReader reader(*json, "the worker's greeting");
    const auto protocol = required(reader, "worker_protocol", 0, INT32_MAX);
    if (!reader.error() && protocol != kWorkerProtocol) {
        return fail("the worker speaks version {} of the worker protocol, this program version {}", protocol,
                    kWorkerProtocol);
    }
    WorkerHello hello;
    hello.suite = reader.text("suite");
    hello.case_id = reader.text("case");
    hello.definition_version = static_cast<int>(required(reader, "version", 1, INT32_MAX));
    hello.time_source = reader.take(parse_time_source(reader.text("time_source")), TimeSource::cpu);
    reader.objects("metrics", [&](JsonReader& metric) { hello.metrics.push_back(read_metric(metric)); });
    if (hello.metrics.empty()) reader.complain("'metrics' is missing or empty");
    hello.clock_resolution_ns = required(reader, "clock_resolution_ns", 1, 1'000'000'000);
    hello.slowdown = read_slowdown(reader);
    return checked(reader, std::move(hello));
}

Result<SliceRequest> parse_request(std::string_view line) {
    const auto json = parse_json(line, "the request");
    if (!json) return tl::unexpected(json.error());
    JsonReader reader(*json, "the request");
    SliceRequest request;
    request.number = required(reader, "slice", 1, INT32_MAX);
    request.iterations = required(reader, "iterations", 1, kMostIterations);
    return checked(reader, request);
}

Result<SliceAnswer> parse_answer(std::string_view line, const SliceRequest& request) {
    const auto json = parse_json(line, "the worker's answer");
    if (!json) return tl::unexpected(json.error());
    JsonReader reader(*json, "the worker's answer");
    SliceAnswer answer;
    answer.number = required(reader, "slice", 1, INT32_MAX);
    if (reader.has("error")) {
        answer.error = reader.text("error");
    } else {
        read_measurement(reader, answer);
    }
    if (!reader.error() && answer.number != request.number) {
        return fail("the worker answered request {} when asked for {}", answer.number, request.number);
    }
    if (!reader.error() && answer.error.empty() && !plausible(answer.iterations, request.iterations)) {
        return fail("the worker says it ran {} iterations when asked for {}", answer.iterations,
                    request.iterations);
    }
    return checked(reader, std::move(answer));
}

}  // namespace harness::model
