#include "harness/formats/gobench.h"

#include <algorithm>
#include <array>

#include "harness/formats/names.h"
#include "harness/formats/node.h"

namespace harness::formats {

namespace {

constexpr std::string_view kSpaces = " \t\r\f\v";

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t begin = line.find_first_not_of(kSpaces); begin != std::string_view::npos;
         begin = line.find_first_not_of(kSpaces, begin)) {
        const std::size_t end = std::min(line.find_first_of(kSpaces, begin), line.size());
        fields.push_back(line.substr(begin, end - begin));
        begin = end;
    }
    return fields;
}

// "BenchmarkName 100 12 ns/op": a word after "Benchmark" does not go on in lower case, or it is no
// benchmark's name but prose. (testing: function names are BenchmarkXxx)
bool is_result(std::string_view line) {
    constexpr std::string_view kPrefix = "Benchmark";
    if (!line.starts_with(kPrefix)) return false;
    const std::string_view rest = line.substr(kPrefix.size());
    return rest.empty() || !(rest[0] >= 'a' && rest[0] <= 'z');
}

// "key: value", where the key starts in lower case and has neither upper case nor spaces.
std::optional<std::pair<std::string_view, std::string_view>> key_value(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || line[0] < 'a' || line[0] > 'z') return std::nullopt;
    const std::string_view key = line.substr(0, colon);
    const auto bad = [](char c) { return (c >= 'A' && c <= 'Z') || c == ' ' || c == '\t'; };
    std::string_view value = line.substr(colon + 1);
    if (std::ranges::any_of(key, bad) || !(value.empty() || value[0] == ' ' || value[0] == '\t')) {
        return std::nullopt;
    }
    const std::size_t first = std::min(value.find_first_not_of(kSpaces), value.size());
    value.remove_prefix(first);
    value = value.substr(0, value.find_last_not_of(kSpaces) + 1);
    return std::pair(key, value);
}

// What the format says of its own units. (golang.org/x/perf/benchfmt, Units.GetBetter)
struct Unit {
    std::string_view name;
    model::Metric metric;
    double factor;
};
const std::array<Unit, 6> kUnits = {{{"ns/op", kTime, 1},
                                     {"sec/op", kTime, 1e9},
                                     {"MB/s", kBytesPerSecond, 1e6},
                                     {"B/s", kBytesPerSecond, 1},
                                     {"B/op", {"bytes_per_op", "B", model::Direction::lower}, 1},
                                     {"allocs/op", {"allocs_per_op", "allocs", model::Direction::lower}, 1}}};

class Reading {
  public:
    Reading(const Document& document, const Options& options)
        : document_(document), options_(options), file_suite_(suite_name(document.name())) {}

    Result<void> read() {
        // A unit's line may come after the results it tells of, so they come first.
        if (auto units = each_line([this](std::string_view line) { read_unit(line); }); !units) return units;
        return each_line([this](std::string_view line) { read_line(line); });
    }

    Draft draft() {
        Draft draft;
        draft.machine = unknown_machine();
        if (!cpu_.empty()) draft.machine.cpu_model = cpu_;
        draft.build.revision = commit_;
        draft.build.compiler = toolchain_;
        for (Replicate& replicate : replicates_) draft.replicates.push_back(std::move(replicate));
        return draft;
    }

    const std::set<std::string>& unknown() const { return unknown_; }

  private:
    template <class Visit>
    Result<void> each_line(Visit visit) {
        std::string_view rest = document_.text();
        for (line_ = 1; !rest.empty() && !error_; ++line_) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            visit(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        if (error_) return tl::unexpected(*error_);
        return {};
    }

    void complain(std::string_view message) {
        if (!error_) error_ = document_.error_at(line_, message);
    }

    // "Unit NAME better=higher assume=exact"
    void read_unit(std::string_view line) {
        const auto fields = fields_of(line);
        if (fields.empty() || fields[0] != "Unit") return;
        if (fields.size() < 2) return complain("unit is missing");
        for (std::size_t i = 2; i < fields.size(); ++i) {
            const std::size_t equals = fields[i].find('=');
            if (equals == std::string_view::npos || equals == 0) {
                return complain(fmt::format("'{}' must be KEY=VALUE", fields[i]));
            }
            if (fields[i].substr(0, equals) != "better") continue;
            const auto direction = model::parse_direction(fields[i].substr(equals + 1));
            if (!direction) return complain(fmt::format("better: {}", direction.error().message));
            const auto [known, is_new] = directions_.try_emplace(std::string(fields[1]), *direction);
            if (!is_new && known->second != *direction) {
                return complain(fmt::format("better: unit {} had the other direction before", fields[1]));
            }
        }
    }

    // Every test binary prints its own head: one that comes after results is another process.
    void read_key(std::string_view key, std::string_view value) {
        if (key == "goos" || key == "goarch" || key == "pkg") {
            if (in_results_) ++process_;
            in_results_ = false;
        }
        if (key == "pkg") package_ = value;
        if (key == "cpu") cpu_ = one_line(value);
        if (key == "commit") commit_ = one_line(value);
        if (key == "toolchain") toolchain_ = one_line(value);
    }

    void read_line(std::string_view line) {
        if (is_result(line)) return read_result(fields_of(line));
        if (const auto pair = key_value(line)) read_key(pair->first, pair->second);
    }

    void read_result(const std::vector<std::string_view>& fields) {
        // With -v the name stands alone on a line before the measurement does.
        if (fields.size() == 1) return;
        const auto iterations = parse_number(fields[1]);
        if (!iterations || *iterations < 1 || *iterations > 9e15) {
            return complain(fmt::format("iterations: '{}' must be a whole number above 0", fields[1]));
        }
        if (fields.size() < 4) return complain("a result needs a value and its unit");
        if (fields.size() % 2 != 0) return complain(fmt::format("'{}' has no unit", fields.back()));
        in_results_ = true;
        Replicate& replicate = replicate_of(fields[0].substr(std::string_view("Benchmark").size()));
        for (std::size_t i = 2; i < fields.size(); i += 2) {
            const auto value = parse_number(fields[i]);
            if (!value) return complain(fmt::format("{}: '{}' must be a number", fields[i + 1], fields[i]));
            add_value(replicate, *value, fields[i + 1], static_cast<std::int64_t>(*iterations));
        }
    }

    void add_value(Replicate& replicate, double value, std::string_view unit, std::int64_t iterations) {
        const auto known = std::ranges::find(kUnits, unit, &Unit::name);
        if (known != kUnits.end()) {
            model::Metric metric = known->metric;
            if (const auto said = directions_.find(unit); said != directions_.end())
                metric.direction = said->second;
            if (metric.name == kTime.name && value <= 0)
                return complain(fmt::format("{}: must be above 0", unit));
            return replicate.add(metric, value * known->factor, iterations);
        }
        const std::string name = one_line(unit);
        const auto declared = std::ranges::find(options_.metrics, name, &model::Metric::name);
        if (declared != options_.metrics.end()) return replicate.add(*declared, value, iterations);
        const auto said = directions_.find(name);
        if (said == directions_.end()) {
            unknown_.insert(name);
        } else {
            replicate.add({name, name, said->second}, value, iterations);
        }
    }

    Replicate& replicate_of(std::string_view name) {
        Replicate replicate;
        replicate.suite = options_.suite;
        if (replicate.suite.empty()) replicate.suite = package_.empty() ? file_suite_ : package_suite();
        replicate.case_id = one_line(name);
        const auto key = std::pair(process_, std::string(package_) + "\n" + replicate.case_id);
        const auto [found, is_new] = places_.try_emplace(key, replicates_.size());
        if (is_new) replicates_.push_back(std::move(replicate));
        return replicates_[found->second];
    }

    // "example.com/mod/parse" -> "example.com.mod.parse": the whole path, because last parts repeat.
    std::string package_suite() const {
        std::string name(package_);
        std::ranges::replace(name, '/', '.');
        return suite_name(name + ".");
    }

    const Document& document_;
    const Options& options_;
    std::string file_suite_;
    std::size_t line_ = 1;
    std::optional<Error> error_;
    std::map<std::string, model::Direction, std::less<>> directions_;
    std::string_view package_;
    std::string cpu_;
    std::string commit_;
    std::string toolchain_;
    int process_ = 0;
    bool in_results_ = false;
    std::vector<Replicate> replicates_;
    std::map<std::pair<int, std::string>, std::size_t> places_;
    std::set<std::string> unknown_;
};

}  // namespace

bool is_gobench(const Document& document) {
    std::string_view rest = document.text();
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const auto fields = fields_of(rest.substr(0, end));
        if (is_result(rest) && fields.size() >= 4 && parse_number(fields[1])) return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

Result<Imported> read_gobench(const Document& document, const Options& options) {
    Reading reading(document, options);
    if (auto done = reading.read(); !done) return tl::unexpected(done.error());
    Imported imported;
    if (!reading.unknown().empty()) imported.notes.push_back(unknown_metrics_note(reading.unknown()));
    imported.runs.push_back(assemble(reading.draft(), options, document.text()));
    return imported;
}

}  // namespace harness::formats
