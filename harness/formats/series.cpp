#include "harness/formats/series.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/formats/csv_text.h"
#include "harness/formats/names.h"
#include "harness/formats/node.h"

namespace harness::formats {

namespace {

constexpr std::array<std::string_view, 10> kColumns = {"benchmark", "value",   "metric",     "unit",
                                                       "direction", "process", "iterations", "time",
                                                       "revision",  "machine"};

struct Line {
    std::string suite;
    std::string case_id;
    model::Metric metric;
    double value = 0;
    std::int64_t iterations = 0;
    std::string process;
    std::optional<std::int64_t> time;
    std::string revision;
    std::string machine;
};

// Lines of one run have these in common. Those without a time come first.
using RunKey = std::tuple<std::optional<std::int64_t>, std::string, std::string>;

class Reading {
  public:
    Reading(const Document& document, const Options& options)
        : document_(document),
          options_(options),
          file_suite_(options.suite.empty() ? suite_name(document.name()) : options.suite) {}

    Result<std::vector<Line>> read(const std::vector<CsvRow>& rows) {
        if (rows.empty()) return tl::unexpected(document_.error_at(1, "the file is empty"));
        columns_ = rows.front().fields;
        line_ = rows.front().line;
        check_columns();
        std::vector<Line> lines;
        for (std::size_t i = 1; i < rows.size() && !error_; ++i) {
            line_ = rows[i].line;
            if (rows[i].fields.size() != columns_.size()) {
                complain(fmt::format("{} fields, the header has {}", rows[i].fields.size(), columns_.size()));
            } else {
                lines.push_back(read_line(rows[i].fields));
            }
        }
        if (error_) return tl::unexpected(*error_);
        return lines;
    }

  private:
    void complain(std::string_view message) {
        if (!error_) error_ = document_.error_at(line_, message);
    }

    void check_columns() {
        std::set<std::string> seen;
        for (const std::string& column : columns_) {
            if (std::ranges::find(kColumns, column) == kColumns.end()) {
                complain(fmt::format("unknown column '{}' (known: {})", one_line(column),
                                     fmt::join(kColumns, ", ")));
            }
            if (!seen.insert(column).second) complain(fmt::format("column '{}' is there twice", column));
        }
        for (const std::string_view needed : {"benchmark", "value"}) {
            if (!seen.contains(std::string(needed))) complain(fmt::format("column '{}' is missing", needed));
        }
    }

    std::string field(const std::vector<std::string>& fields, std::string_view column) const {
        const auto found = std::ranges::find(columns_, column);
        return found == columns_.end() ? ""
                                       : one_line(fields[static_cast<std::size_t>(found - columns_.begin())]);
    }

    Line read_line(const std::vector<std::string>& fields) {
        Line line;
        read_benchmark(field(fields, "benchmark"), line);
        const std::string value = field(fields, "value");
        const auto number = parse_number(value);
        if (!number) complain(fmt::format("value: '{}' must be a number", value));
        line.value = number.value_or(0);
        read_metric(fields, line);
        if (line.metric.name == kTime.name && line.value <= 0) complain("value: a time must be above 0");
        read_iterations(field(fields, "iterations"), line);
        read_time(field(fields, "time"), line);
        line.process = field(fields, "process");
        line.revision = field(fields, "revision");
        line.machine = field(fields, "machine");
        return line;
    }

    void read_benchmark(const std::string& id, Line& line) {
        if (id.empty()) complain("benchmark: must not be empty");
        const std::size_t slash = options_.suite.empty() ? id.find('/') : std::string::npos;
        line.suite = slash == std::string::npos ? file_suite_ : id.substr(0, slash);
        line.case_id = slash == std::string::npos ? id : id.substr(slash + 1);
        // Suites become names of files.
        if (line.case_id.empty() || line.suite != suite_name(line.suite + ".")) {
            complain(fmt::format("benchmark: '{}' must be SUITE/CASE, with a suite of letters, digits, _ - .",
                                 id));
        }
    }

    void read_metric(const std::vector<std::string>& fields, Line& line) {
        const std::string name = field(fields, "metric");
        const std::string unit = field(fields, "unit");
        line.metric = known(name.empty() ? kTime.name : name);
        if (line.metric.name == kTime.name && !unit.empty()) {
            const auto factor = nanoseconds_in(unit);
            if (!factor) complain(fmt::format("unit: '{}' is no unit of time", unit));
            line.value *= factor.value_or(1);
        } else if (!unit.empty()) {
            line.metric.unit = unit;
        }
        if (line.metric.unit.empty()) complain(fmt::format("unit: metric '{}' needs one", line.metric.name));
        const std::string direction = field(fields, "direction");
        if (!direction.empty()) {
            const auto parsed = model::parse_direction(direction);
            if (!parsed) complain(fmt::format("direction: {}", parsed.error().message));
            line.metric.direction = parsed.value_or(model::Direction::lower);
        } else if (!is_known_) {
            complain(fmt::format("direction: metric '{}' needs lower or higher", line.metric.name));
        }
    }

    // What is known of a metric by its name; is_known_ says whether anything is.
    model::Metric known(const std::string& name) {
        is_known_ = true;
        for (const model::Metric& metric : options_.metrics) {
            if (metric.name == name) return metric;
        }
        for (const model::Metric& metric : {kTime, kBytesPerSecond, kItemsPerSecond}) {
            if (metric.name == name) return metric;
        }
        is_known_ = false;
        return {name, "", model::Direction::lower};
    }

    void read_iterations(const std::string& text, Line& line) {
        if (text.empty()) return;
        const auto number = parse_number(text);
        if (!number || *number < 0 || *number > 9e15 || *number != std::floor(*number)) {
            return complain(fmt::format("iterations: '{}' must be a whole number", text));
        }
        line.iterations = static_cast<std::int64_t>(*number);
    }

    void read_time(const std::string& text, Line& line) {
        if (text.empty()) return;
        line.time = parse_time(text);
        const auto seconds = parse_number(text);
        if (!line.time && seconds && *seconds >= 0 && *seconds < 9e9) {
            line.time = static_cast<std::int64_t>(std::llround(*seconds * 1e9));
        }
        if (!line.time) complain(fmt::format("time: '{}' must be as 2026-02-03T04:05:06Z", text));
    }

    const Document& document_;
    const Options& options_;
    std::string file_suite_;
    std::vector<std::string> columns_;
    std::size_t line_ = 1;
    bool is_known_ = false;
    std::optional<Error> error_;
};

Draft draft_of(const std::vector<const Line*>& lines) {
    Draft draft;
    draft.machine = unknown_machine();
    draft.started_ns = lines.front()->time;
    draft.build.revision = lines.front()->revision;
    if (!lines.front()->machine.empty()) draft.machine.cpu_model = lines.front()->machine;
    std::map<std::tuple<std::string, std::string, std::string>, std::size_t> places;
    for (const Line* line : lines) {
        const auto [found, is_new] =
            places.try_emplace({line->suite, line->case_id, line->process}, draft.replicates.size());
        if (is_new) {
            Replicate replicate;
            replicate.suite = line->suite;
            replicate.case_id = line->case_id;
            draft.replicates.push_back(std::move(replicate));
        }
        draft.replicates[found->second].add(line->metric, line->value, line->iterations);
    }
    return draft;
}

// What a run's id derives from: its own lines, so that a file that grew holds the earlier runs still.
std::string content_of(const std::vector<const Line*>& lines) {
    std::string content;
    for (const Line* line : lines) {
        content += fmt::format("{}/{} {} {} {} {} {} {} {} {}\n", line->suite, line->case_id,
                               line->metric.name, line->metric.unit, line->value, line->iterations,
                               line->process, line->time.value_or(-1), line->revision, line->machine);
    }
    return content;
}

}  // namespace

bool is_series(const Document& document) {
    const std::string_view text = document.text();
    const auto rows = parse_csv(text.substr(0, text.find('\n')));
    if (!rows || rows->empty()) return false;
    const auto has = [&](std::string_view column) {
        return std::ranges::find(rows->front().fields, column) != rows->front().fields.end();
    };
    return has("benchmark") && has("value");
}

Result<Imported> read_series(const Document& document, const Options& options) {
    const auto rows = parse_csv(document.text());
    if (!rows) return tl::unexpected(document.error_at(rows.error().line, rows.error().message));
    Reading reading(document, options);
    const auto lines = reading.read(*rows);
    if (!lines) return tl::unexpected(lines.error());
    std::map<RunKey, std::vector<const Line*>> runs;
    for (const Line& line : *lines) runs[{line.time, line.revision, line.machine}].push_back(&line);
    Imported imported;
    for (const auto& [key, members] : runs) {
        imported.runs.push_back(assemble(draft_of(members), options, content_of(members)));
    }
    return imported;
}

}  // namespace harness::formats
