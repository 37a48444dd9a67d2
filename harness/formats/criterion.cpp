#include "harness/formats/criterion.h"

#include <algorithm>
#include <array>

#include "harness/formats/names.h"
#include "harness/formats/node.h"

namespace harness::formats {

namespace {

using Json = nlohmann::json;

// Statistics of estimates.json, the one that stands for the benchmark first; older versions capitalised them.
constexpr std::array<std::string_view, 4> kStatistics = {"slope", "Slope", "mean", "Mean"};

bool is_estimates(const Json& json) {
    return json.is_object() && std::ranges::any_of(kStatistics, [&](std::string_view name) {
               const auto found = json.find(std::string(name));
               return found != json.end() && found->is_object() && found->contains("point_estimate");
           });
}

bool is_sample_object(const Json& json) {
    return json.is_object() && json.contains("iters") && json.contains("times");
}

bool is_numbers(const Json& json) { return json.is_array() && !json.empty() && json.front().is_number(); }

// [[iters], [times]] or ["Linear", [iters], [times]]
bool is_sample_array(const Json& json) {
    if (!json.is_array()) return false;
    const std::size_t first = json.size() == 3 && json.front().is_string() ? 1 : 0;
    return json.size() == first + 2 && is_numbers(json[first]) && is_numbers(json[first + 1]);
}

std::vector<std::string> folders_of(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find_first_of("/\\"), path.size());
        if (end > 0) parts.emplace_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    if (!parts.empty()) parts.pop_back();
    return parts;
}

// "target/criterion/parse/json/1024/new/sample.json" -> {"parse", "json/1024"}; a benchmark without a group
// is its own: {"fib", "fib"}.
Result<std::pair<std::string, std::string>> name_of(const Document& document, const Options& options) {
    std::vector<std::string> folders = folders_of(document.name());
    const auto root = std::ranges::find(folders, "criterion");
    // Below the benchmark lies the folder of a measurement: new, base or a baseline's name.
    if (root == folders.end() || folders.end() - root < 3) {
        return fail(
            "{}: a Criterion file does not name its benchmark, its path must: "
            ".../criterion/GROUP/.../new/FILE",
            document.name());
    }
    const std::vector<std::string> names(root + 1, folders.end() - 1);
    const std::string suite = options.suite.empty() ? suite_name(names.front() + ".") : options.suite;
    const auto first = names.begin() + (options.suite.empty() && names.size() > 1 ? 1 : 0);
    return std::pair(suite, fmt::format("{}", fmt::join(first, names.end(), "/")));
}

void read_samples(const Node& iterations, const Node& times, Replicate& replicate) {
    const std::vector<Node> counts = iterations.elements();
    const std::vector<Node> totals = times.elements();
    if (counts.size() != totals.size()) {
        times.complain(fmt::format("has {} values for {} iteration counts", totals.size(), counts.size()));
    }
    if (counts.empty()) iterations.complain("must not be empty");
    for (std::size_t i = 0; i < counts.size() && times.ok(); ++i) {
        const std::int64_t count = counts[i].count();
        const double total = totals[i].amount();
        if (count == 0) counts[i].complain("must be above 0");
        if (total <= 0) totals[i].complain("must be above 0");
        if (times.ok()) replicate.add(kTime, total / static_cast<double>(count), count);
    }
}

void read_estimate(const Node& root, Replicate& replicate) {
    for (const std::string_view name : kStatistics) {
        // The slope is null where all samples had the same number of iterations.
        const auto statistic = root.find(name);
        if (!statistic) continue;
        const Node value = statistic->member("point_estimate");
        const double time = value.amount();
        if (time <= 0) value.complain("must be above 0");
        replicate.add(kTime, time, 0);
        return;
    }
    root.complain("has neither 'slope' nor 'mean'");
}

}  // namespace

bool is_criterion(const Document& document) {
    const Json& json = *document.json();
    return is_estimates(json) || is_sample_object(json) || is_sample_array(json);
}

Result<Imported> read_criterion(const Document& document, const Options& options) {
    const auto name = name_of(document, options);
    if (!name) return tl::unexpected(name.error());
    Complaints complaints(document);
    const Node root(complaints);
    Replicate replicate;
    replicate.suite = name->first;
    replicate.case_id = name->second;
    const bool is_estimate = is_estimates(*document.json());
    if (is_estimate) {
        read_estimate(root, replicate);
    } else if (document.json()->is_array()) {
        const std::vector<Node> lists = root.elements();
        if (lists.size() < 2) {
            root.complain("must be two lists, iteration counts and times");
        } else {
            read_samples(lists[lists.size() - 2], lists[lists.size() - 1], replicate);
        }
    } else {
        // One after the other: the first that is missing is complained of.
        const Node iterations = root.member("iters");
        const Node times = root.member("times");
        read_samples(iterations, times, replicate);
    }
    if (!complaints.ok()) return complaints.failure();
    Draft draft;
    draft.machine = unknown_machine();
    draft.replicates.push_back(std::move(replicate));
    Imported imported;
    if (is_estimate) imported.notes.push_back(aggregates_note(1));
    imported.runs.push_back(
        assemble(std::move(draft), options, fmt::format("{}\n{}", document.name(), document.text())));
    return imported;
}

}  // namespace harness::formats
