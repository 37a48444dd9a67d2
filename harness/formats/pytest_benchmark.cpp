#include "harness/formats/pytest_benchmark.h"

#include <algorithm>

#include "harness/formats/names.h"
#include "harness/formats/node.h"

namespace harness::formats {

namespace {

// cpuinfo's fields changed names: brand_raw since 2019, brand before.
model::Machine machine_of(const Node& root) {
    model::Machine machine = unknown_machine();
    const auto info = root.find("machine_info");
    if (!info) return machine;
    const std::string release = info->optional_text("release");
    if (!release.empty()) machine.kernel = release;
    const auto cpu = info->find("cpu");
    if (!cpu) return machine;
    std::string brand = cpu->optional_text("brand_raw");
    if (brand.empty()) brand = cpu->optional_text("brand");
    if (!brand.empty()) machine.cpu_model = brand;
    const auto count = cpu->find("count");
    if (count && count->json().is_number())
        machine.cores = static_cast<int>(std::min<std::int64_t>(count->count(), 1 << 20));
    return machine;
}

model::Build build_of(const Node& root) {
    model::Build build;
    if (const auto commit = root.find("commit_info")) {
        build.revision = commit->optional_text("id");
        const auto dirty = commit->find("dirty");
        build.dirty = dirty && dirty->json() == true;
    }
    if (const auto info = root.find("machine_info")) {
        const std::string implementation = info->optional_text("python_implementation");
        const std::string version = info->optional_text("python_version");
        build.compiler = implementation + (version.empty() ? "" : " " + version);
    }
    return build;
}

void add_seconds(Replicate& replicate, const Node& value, std::int64_t iterations) {
    const double seconds = value.amount();
    if (seconds <= 0) value.complain("must be above 0");
    replicate.add(kTime, seconds * 1e9, iterations);
}

// Whether it is an aggregate.
bool read_stats(const Node& stats, Replicate& replicate) {
    const auto iterations = stats.find("iterations");
    const std::int64_t count = iterations ? iterations->count() : 0;
    const auto data = stats.find("data");
    if (!data) {
        add_seconds(replicate, stats.member("median"), count);
        return true;
    }
    const std::vector<Node> rounds = data->elements();
    if (rounds.empty()) data->complain("must not be empty");
    for (const Node& round : rounds) {
        add_seconds(replicate, round, count);
        if (!round.ok()) break;
    }
    return false;
}

}  // namespace

bool is_pytest_benchmark(const Document& document) {
    if (!document.json()->is_object()) return false;
    const auto rows = document.json()->find("benchmarks");
    if (rows == document.json()->end() || !rows->is_array()) return false;
    return document.json()->contains("machine_info") || std::ranges::any_of(*rows, [](const auto& row) {
               return row.is_object() && row.contains("stats");
           });
}

Result<Imported> read_pytest_benchmark(const Document& document, const Options& options) {
    Complaints complaints(document);
    const Node root(complaints);
    Draft draft;
    Imported imported;
    std::size_t aggregates = 0;
    for (const Node& row : root.member("benchmarks").elements()) {
        Replicate replicate;
        const std::string group = row.optional_text("group");
        replicate.suite = !options.suite.empty() ? options.suite
                                                 : suite_name(group.empty() ? document.name() : group + ".");
        const auto full = row.find("fullname");
        replicate.case_id = full ? full->text() : row.member("name").text();
        if (read_stats(row.member("stats"), replicate)) ++aggregates;
        draft.replicates.push_back(std::move(replicate));
        if (!complaints.ok()) break;
    }
    if (const auto date = root.find("datetime")) {
        draft.started_ns = parse_time(date->text());
        if (!draft.started_ns) date->complain("must be a time, as 2026-02-03T04:05:06");
    }
    draft.machine = machine_of(root);
    draft.build = build_of(root);
    if (!complaints.ok()) return complaints.failure();
    if (aggregates > 0) imported.notes.push_back(aggregates_note(aggregates));
    imported.runs.push_back(assemble(std::move(draft), options, document.text()));
    return imported;
}

}  // namespace harness::formats
