#include "harness/report/bmf.h"

#include <cctype>

#include "harness/report/json_text.h"

namespace harness::report {

namespace {

// What Bencher takes of a slug.
constexpr std::size_t kLongestSlug = 64;

std::string measure(const model::Metric& metric) {
    if (metric.name == "time" && metric.unit == "ns") return "latency";
    if (metric.name == "items_per_second") return "throughput";
    std::string slug;
    for (const char c : metric.name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && std::isalnum(byte) != 0) {
            slug += static_cast<char>(std::tolower(byte));
        } else if (!slug.empty() && slug.back() != '-') {
            slug += '-';
        }
        if (slug.size() == kLongestSlug) break;
    }
    while (slug.ends_with('-')) slug.pop_back();
    return slug.empty() ? "metric" : slug;
}

}  // namespace

std::string bmf(const RunReport& report) {
    Json benchmarks = Json::object();
    for (const judge::SummaryRow& row : report.summary.rows) {
        if (!row.median) continue;
        Json value = {{"value", *row.median}};
        if (row.interval) {
            value["lower_value"] = row.interval->low;
            value["upper_value"] = row.interval->high;
        }
        benchmarks[row.benchmark][measure(row.metric)] = value;
    }
    return dump(benchmarks);
}

}  // namespace harness::report
