#include "harness/formats/gbench.h"

#include <algorithm>
#include <array>
#include <set>

#include "harness/formats/names.h"
#include "harness/formats/node.h"

namespace harness::formats {

namespace {

// Numbers of a row that are not counters.
constexpr std::array<std::string_view, 9> kOwnNumbers = {"family_index", "per_family_instance_index",
                                                         "repetitions",  "repetition_index",
                                                         "threads",      "iterations",
                                                         "real_time",    "cpu_time",
                                                         "rms"};

constexpr std::array<std::string_view, 4> kAggregates = {"mean", "median", "stddev", "cv"};

bool is_true(const Node& object, std::string_view key) {
    const auto found = object.find(key);
    return found && found->json() == true;
}

void read_measurement(const Node& row, GbenchRow& into) {
    const Node unit = row.member("time_unit");
    const std::string name = unit.text();
    const auto scale =
        name == "ns" || name == "us" || name == "ms" || name == "s" ? nanoseconds_in(name) : std::nullopt;
    if (!scale) unit.complain("must be ns, us, ms or s");
    into.real_ns = row.member("real_time").amount() * scale.value_or(1);
    into.cpu_ns = row.member("cpu_time").amount() * scale.value_or(1);
    const Node iterations = row.member("iterations");
    into.iterations = iterations.count();
    if (into.iterations == 0) iterations.complain("must be above 0");
    for (const auto& [key, value] : row.members()) {
        if (!value.json().is_number() || std::ranges::find(kOwnNumbers, key) != kOwnNumbers.end()) continue;
        into.counters[key] = value.json().get<double>();
    }
}

std::string aggregate_of(const Node& row) {
    if (row.find("big_o")) return "BigO";
    if (row.find("rms")) return "RMS";
    if (row.optional_text("run_type") != "aggregate") return "";
    const std::string name = row.optional_text("aggregate_name");
    return name.empty() ? "unnamed" : name;
}

std::string instance_of(const Node& row) {
    const auto family = row.find("family_index");
    const auto instance = row.find("per_family_instance_index");
    if (!family) return "";
    return fmt::format("{}/{}", family->count(), instance ? instance->count() : 0);
}

// "BM_fast/8_median" without "_median"; the whole name when it does not end so.
std::string without_ending(const std::string& name, const std::string& aggregate) {
    const std::string ending = "_" + aggregate;
    return !aggregate.empty() && name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : name;
}

// Spreads and fits are not times, and some versions write them without unit or iterations.
bool has_time(const GbenchRow& row) {
    return row.aggregate.empty() || row.aggregate == "mean" || row.aggregate == "median";
}

GbenchRow read_row(const Node& row) {
    GbenchRow result;
    result.name = row.member("name").text();
    result.aggregate = aggregate_of(row);
    result.run_name = row.optional_text("run_name");
    if (result.run_name.empty()) result.run_name = without_ending(result.name, result.aggregate);
    result.instance = instance_of(row);
    if (const auto index = row.find("repetition_index")) result.repetition = index->count();
    if (is_true(row, "error_occurred")) {
        result.error = row.optional_text("error_message");
        if (result.error.empty()) result.error = "it reported an error without a message";
        return result;
    }
    result.skipped = is_true(row, "skipped");
    if (has_time(result) && !result.skipped) read_measurement(row, result);
    return result;
}

// Before run_type: "x_median" is an aggregate when x was measured several times, or when x's mean and
// standard deviation are there as well.
void mark_old_aggregates(std::vector<GbenchRow>& rows) {
    std::map<std::string, int> names;
    for (const GbenchRow& row : rows) ++names[row.name];
    for (GbenchRow& row : rows) {
        for (const std::string_view aggregate : kAggregates) {
            const std::string base = without_ending(row.name, std::string(aggregate));
            if (base == row.name || !row.aggregate.empty()) continue;
            const bool complete = names.contains(base + "_mean") && names.contains(base + "_stddev");
            if (!complete && (!names.contains(base) || names.at(base) < 2)) continue;
            row.aggregate = aggregate;
            row.run_name = base;
        }
    }
}

// vmbench's export keeps failed processes in the context, because a row needs times.
void add_failures(const Node& root, std::vector<GbenchRow>& rows) {
    const auto context = root.find("context");
    const auto failed = context ? context->find("vmbench_failed") : std::nullopt;
    if (!failed) return;
    for (const Node& failure : failed->elements()) {
        GbenchRow row;
        row.name = row.run_name = failure.member("name").text();
        row.repetition = failure.member("repetition_index").count();
        row.error = failure.member("error_message").text();
        rows.push_back(std::move(row));
    }
}

model::TimeSource source_of(const std::string& name) {
    const std::string bounded = name + "/";
    if (bounded.find("/manual_time/") != std::string::npos) return model::TimeSource::manual;
    if (bounded.find("/real_time/") != std::string::npos) return model::TimeSource::real;
    return model::TimeSource::cpu;
}

// What Google Benchmark itself says of these: rates of work, and memory taken.
std::vector<model::Metric> known_metrics(const Options& options) {
    std::vector<model::Metric> known = {kBytesPerSecond,
                                        kItemsPerSecond,
                                        {"allocs_per_iter", "allocs", model::Direction::lower},
                                        {"max_bytes_used", "B", model::Direction::lower}};
    for (const model::Metric& metric : options.metrics) {
        std::erase_if(known, [&](const model::Metric& other) { return other.name == metric.name; });
        known.push_back(metric);
    }
    return known;
}

// Builds the replicates of one file.
class Reading {
  public:
    Reading(const GbenchOutput& output, const Options& options, std::string suite)
        : output_(output), metrics_(known_metrics(options)), suite_(std::move(suite)) {
        // vmbench's export, see harness/report/gbench.h.
        const auto replicate = output.context.find("vmbench_replicate");
        repetitions_are_processes_ = replicate != output.context.end() && replicate->second == "process";
        own_names_ = repetitions_are_processes_ && options.suite.empty();
    }

    std::vector<Replicate> replicates() {
        for (const GbenchRow& row : output_.rows) {
            if (row.aggregate.empty()) measured_.insert(case_of(row));
        }
        for (const GbenchRow& row : output_.rows) add(row);
        add_aggregates();
        return std::move(replicates_);
    }

    std::vector<std::string> notes() const {
        std::vector<std::string> notes;
        if (aggregates_ > 0) notes.push_back(aggregates_note(aggregates_));
        if (skipped_ > 0) notes.push_back(fmt::format("left out, skipped by the program: {}", skipped_));
        if (!unknown_.empty()) notes.push_back(unknown_metrics_note(unknown_));
        return notes;
    }

  private:
    // Registered twice under one name, a benchmark has two families: the second is "name#2".
    std::string case_of(const GbenchRow& row) {
        auto& instances = instances_[row.run_name];
        auto found = std::ranges::find(instances, row.instance);
        if (found == instances.end()) found = instances.insert(instances.end(), row.instance);
        const auto place = found - instances.begin();
        return place == 0 ? row.run_name : fmt::format("{}#{}", row.run_name, place + 1);
    }

    Replicate& replicate_of(const std::string& name, std::int64_t process) {
        const auto [found, is_new] = places_.try_emplace({name, process}, replicates_.size());
        if (is_new) {
            Replicate replicate;
            const std::size_t slash = own_names_ ? name.find('/') : std::string::npos;
            replicate.suite = slash == std::string::npos ? suite_ : suite_name(name.substr(0, slash) + ".");
            replicate.case_id = slash == std::string::npos ? name : name.substr(slash + 1);
            replicate.time_source = source_of(name);
            replicates_.push_back(std::move(replicate));
        }
        return replicates_[found->second];
    }

    void add_values(Replicate& replicate, const GbenchRow& row) {
        const bool cpu = replicate.time_source == model::TimeSource::cpu;
        const double time = cpu ? row.cpu_ns : row.real_ns;
        if (time <= 0) {
            replicate.error = "it reported a time of 0: nothing was measured";
            return;
        }
        replicate.add(kTime, time, row.iterations);
        for (const auto& [name, value] : row.counters) {
            const auto known = std::ranges::find(metrics_, name, &model::Metric::name);
            if (known == metrics_.end()) {
                unknown_.insert(name);
            } else {
                replicate.add(*known, value, row.iterations);
            }
        }
    }

    void add(const GbenchRow& row) {
        if (row.skipped) ++skipped_;
        if (row.skipped || !has_time(row)) return;
        const std::string name = case_of(row);
        if (!row.error.empty()) {
            replicate_of(name, repetitions_are_processes_ ? row.repetition : 0).error = row.error;
        } else if (row.aggregate.empty()) {
            add_values(replicate_of(name, repetitions_are_processes_ ? row.repetition : 0), row);
        } else if (!measured_.contains(name)) {
            const GbenchRow*& best = best_aggregates_[name];
            if (best == nullptr || row.aggregate == "median") best = &row;
        }
    }

    void add_aggregates() {
        for (const auto& [name, row] : best_aggregates_) {
            add_values(replicate_of(name, 0), *row);
            ++aggregates_;
        }
    }

    const GbenchOutput& output_;
    std::vector<model::Metric> metrics_;
    std::string suite_;
    bool repetitions_are_processes_ = false;
    bool own_names_ = false;  // names are SUITE/CASE
    std::vector<Replicate> replicates_;
    std::map<std::pair<std::string, std::int64_t>, std::size_t> places_;
    std::map<std::string, std::vector<std::string>> instances_;
    std::set<std::string> measured_;
    std::map<std::string, const GbenchRow*> best_aggregates_;
    std::set<std::string> unknown_;
    std::size_t aggregates_ = 0;
    std::size_t skipped_ = 0;
};

std::string context_text(const GbenchOutput& output, const std::string& key) {
    const auto found = output.context.find(key);
    return found == output.context.end() ? "" : found->second;
}

// The number of CPUs and the caches are all that it says of its own accord; vmbench's suites add the model.
model::Machine machine_of(const Document& document, const GbenchOutput& output) {
    model::Machine machine = unknown_machine();
    const auto context = document.json()->find("context");
    if (context == document.json()->end() || !context->is_object()) return machine;
    if (const std::string cpu = context_text(output, "cpu_model"); !cpu.empty()) machine.cpu_model = cpu;
    const auto cpus = context->find("num_cpus");
    if (cpus != context->end() && cpus->is_number_integer()) {
        machine.cores = static_cast<int>(std::clamp<std::int64_t>(cpus->get<std::int64_t>(), 0, 1 << 20));
    }
    return machine;
}

}  // namespace

bool is_gbench(const Document& document) {
    if (!document.json()->is_object()) return false;
    const auto rows = document.json()->find("benchmarks");
    if (rows == document.json()->end() || !rows->is_array()) return false;
    return document.json()->contains("context") || std::ranges::any_of(*rows, [](const auto& row) {
               return row.is_object() && row.contains("real_time");
           });
}

Result<GbenchOutput> parse_gbench(const Document& document) {
    Complaints complaints(document);
    const Node root(complaints);
    GbenchOutput output;
    if (const auto context = root.find("context"); context && context->json().is_object()) {
        for (const auto& [key, value] : context->members()) {
            if (value.json().is_string()) output.context[key] = one_line(value.json().get<std::string>());
        }
    }
    for (const Node& row : root.member("benchmarks").elements()) {
        output.rows.push_back(read_row(row));
        if (!complaints.ok()) break;
    }
    add_failures(root, output.rows);
    if (!complaints.ok()) return complaints.failure();
    const bool old = std::ranges::none_of(root.member("benchmarks").elements(),
                                          [](const Node& row) { return row.find("run_type").has_value(); });
    if (old) mark_old_aggregates(output.rows);
    return output;
}

Result<Imported> read_gbench(const Document& document, const Options& options) {
    const auto output = parse_gbench(document);
    if (!output) return tl::unexpected(output.error());
    const std::string suite = options.suite.empty() ? suite_name(document.name()) : options.suite;
    Reading reading(*output, options, suite);
    Draft draft;
    draft.replicates = reading.replicates();
    draft.started_ns = parse_time(context_text(*output, "date"));
    draft.machine = machine_of(document, *output);
    draft.build.revision = context_text(*output, "revision");
    draft.build.compiler = context_text(*output, "compiler");
    draft.build.flags = context_text(*output, "flags");
    Imported imported;
    imported.notes = reading.notes();
    imported.runs.push_back(assemble(std::move(draft), options, document.text()));
    return imported;
}

}  // namespace harness::formats
