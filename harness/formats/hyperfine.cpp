#include "harness/formats/hyperfine.h"

#include <cmath>

#include "harness/formats/names.h"
#include "harness/formats/node.h"

namespace harness::formats {

namespace {

const model::Metric kUserTime{"user_time", "ns", model::Direction::lower};
const model::Metric kSystemTime{"system_time", "ns", model::Direction::lower};
const model::Metric kPeakMemory{"peak_memory", "B", model::Direction::lower};

std::int64_t whole(double value) { return static_cast<std::int64_t>(std::llround(std::fmin(value, 9e18))); }

// The command, and its parameters where it does not tell them itself: two results of one command are two
// cases.
std::string case_of(const Node& result) {
    const auto name = result.find("name");
    std::string text = name ? name->text() : result.member("command").text();
    const auto parameters = result.find("parameters");
    if (!parameters || !parameters->json().is_object()) return text;
    for (const auto& [key, value] : parameters->members()) {
        const auto wrapped = value.find("value");
        const nlohmann::json& json = wrapped ? wrapped->json() : value.json();
        const std::string shown = json.is_string() ? json.get<std::string>() : json.dump();
        if (text.find(shown) == std::string::npos)
            text += fmt::format(" {}={}", one_line(key), one_line(shown));
    }
    return text;
}

// Null: a signal ended it, which hyperfine times only with --ignore-failure.
void read_exit(const Node& code, Replicate& replicate) {
    if (code.is_null()) {
        replicate.error = "ended by a signal";
    } else if (!code.json().is_number_integer()) {
        code.complain("must be a whole number or null");
    } else {
        replicate.exit_status = code.json().get<std::int64_t>();
    }
}

void set_time(Replicate& replicate, const Node& node, double seconds) {
    if (seconds <= 0) node.complain("must be above 0");
    replicate.add(kTime, seconds * 1e9, 1);
    replicate.duration_ns = whole(seconds * 1e9);
}

// Lists of an older hyperfine's result must be as long as its times.
std::vector<Node> matching(const Node& result, std::string_view key, std::size_t size) {
    const auto list = result.find(key);
    if (!list) return {};
    std::vector<Node> nodes = list->elements();
    if (nodes.size() != size) list->complain(fmt::format("has {} values for {} times", nodes.size(), size));
    return nodes;
}

std::vector<Replicate> read_times(const Node& result, const Node& times, const Replicate& like) {
    const std::vector<Node> values = times.elements();
    const std::vector<Node> exits = matching(result, "exit_codes", values.size());
    const std::vector<Node> memory = matching(result, "memory_usage_byte", values.size());
    std::vector<Replicate> replicates;
    for (std::size_t i = 0; i < values.size() && values[i].ok(); ++i) {
        Replicate replicate = like;
        set_time(replicate, values[i], values[i].number());
        if (i < exits.size()) read_exit(exits[i], replicate);
        if (i < memory.size()) {
            const double bytes = memory[i].amount();
            replicate.add(kPeakMemory, bytes, 1);
            replicate.max_rss_bytes = whole(bytes);
        }
        replicates.push_back(std::move(replicate));
    }
    return replicates;
}

// A quantity of schema 2, {"value": 1.5, "unit": "second"}, in the unit asked for.
double quantity(const Node& node, std::string_view unit) {
    const Node written = node.member("unit");
    if (written.text() != unit) written.complain(fmt::format("must be {}", unit));
    return node.member("value").amount();
}

Replicate read_measurement(const Node& measurement, Replicate replicate) {
    const Node wall = measurement.member("time_wall_clock");
    set_time(replicate, wall, quantity(wall, "second"));
    if (const auto user = measurement.find("time_user")) {
        const double ns = quantity(*user, "second") * 1e9;
        replicate.add(kUserTime, ns, 1);
        replicate.user_ns = whole(ns);
    }
    if (const auto system = measurement.find("time_system")) {
        const double ns = quantity(*system, "second") * 1e9;
        replicate.add(kSystemTime, ns, 1);
        replicate.system_ns = whole(ns);
    }
    if (const auto memory = measurement.find("memory_peak_resident")) {
        const double bytes = quantity(*memory, "byte");
        replicate.add(kPeakMemory, bytes, 1);
        replicate.max_rss_bytes = whole(bytes);
    }
    if (measurement.json().is_object() && measurement.json().contains("exit_code")) {
        read_exit(measurement.member("exit_code"), replicate);
    }
    return replicate;
}

std::vector<Replicate> read_aggregate(const Node& result, Replicate replicate) {
    const auto summary = result.find("summary");
    const Node from = summary ? summary->member("time_wall_clock") : result;
    const auto median = from.find("median");
    const Node value = median ? *median : from.member("mean");
    set_time(replicate, value, value.number());
    return {replicate};
}

struct Results {
    std::vector<Replicate> replicates;
    std::size_t aggregates = 0;
    bool means = false;  // user and system times are there as means alone
};

void read_result(const Node& result, const std::string& suite, Results& into) {
    Replicate like;
    like.suite = suite;
    like.case_id = case_of(result);
    std::vector<Replicate> replicates;
    const auto times = result.find("times");
    if (const auto measurements = result.find("measurements")) {
        for (const Node& measurement : measurements->elements()) {
            replicates.push_back(read_measurement(measurement, like));
        }
    } else if (times) {
        replicates = read_times(result, *times, like);
        into.means = into.means || result.find("user").has_value();
    }
    if (replicates.empty() && result.ok()) {
        replicates = read_aggregate(result, like);
        ++into.aggregates;
    }
    for (Replicate& replicate : replicates) into.replicates.push_back(std::move(replicate));
}

}  // namespace

bool is_hyperfine(const Document& document) {
    if (!document.json()->is_object()) return false;
    const auto results = document.json()->find("results");
    return results != document.json()->end() && results->is_array() && !results->empty() &&
           results->front().is_object() && results->front().contains("command");
}

Result<Imported> read_hyperfine(const Document& document, const Options& options) {
    Complaints complaints(document);
    const Node root(complaints);
    const std::string suite = options.suite.empty() ? suite_name(document.name()) : options.suite;
    if (const auto version = root.find("schema_version"); version && version->count() > 2) {
        version->complain("is newer than 2, which this vmbench reads");
    }
    Results results;
    for (const Node& result : root.member("results").elements()) {
        read_result(result, suite, results);
        if (!complaints.ok()) break;
    }
    Draft draft;
    draft.machine = unknown_machine();
    const auto metadata = root.find("metadata");
    if (const auto start = metadata ? metadata->find("start_time") : std::nullopt) {
        draft.started_ns = parse_time(start->text());
        if (!draft.started_ns) start->complain("must be a time, as 2026-02-03T04:05:06Z");
    }
    if (!complaints.ok()) return complaints.failure();
    Imported imported;
    if (results.aggregates > 0) imported.notes.push_back(aggregates_note(results.aggregates));
    if (results.means) {
        imported.notes.push_back("left out: user and system times, of which the file has only means");
    }
    draft.replicates = std::move(results.replicates);
    imported.runs.push_back(assemble(std::move(draft), options, document.text()));
    return imported;
}

}  // namespace harness::formats
