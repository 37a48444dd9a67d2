#include "harness/judge/notes.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

namespace harness::judge {

namespace {

using model::Comparison;
using Source = Widening::Source;

double percent(double log_width) { return 100 * std::expm1(log_width); }

std::set<std::string> suites(const std::vector<Measured>& side) {
    std::set<std::string> names;
    for (const Measured& entry : side) names.insert(entry.benchmark.suite);
    return names;
}

void note_sessions(std::vector<std::string>& notes, const std::vector<Measured>& base,
                   const std::vector<Measured>& head, const Noise& noise) {
    std::size_t rows = 0;
    std::size_t unknown = 0;
    std::size_t fewest = kFewestSessions;
    for (const Measured& entry : head) {
        if (entry.benchmark.is_reference() || entry.series.empty()) continue;
        if (find(base, entry.benchmark.id) == nullptr) continue;
        ++rows;
        const std::size_t sessions = noise.widening(entry.benchmark, entry.series[0].metric).sessions;
        if (sessions >= kFewestSessions) continue;
        ++unknown;
        fewest = std::min(fewest, sessions);
    }
    if (unknown == 0) return;
    notes.push_back(
        fmt::format("{} of {} benchmarks have fewer than {} stored runs of one program on this machine (the "
                    "fewest: {}), so two "
                    "sessions are taken to differ by up to {:.0f} %; more runs sharpen it",
                    unknown, rows, kFewestSessions, fewest, 100 * kAssumedSessionSpread));
}

void note_controls(std::vector<std::string>& notes, const std::vector<Measured>& head, const Noise& noise) {
    std::set<std::string> done;
    for (const Measured& entry : head) {
        if (entry.benchmark.is_reference() || entry.series.empty()) continue;
        const auto widening = noise.widening(entry.benchmark, entry.series[0].metric);
        if (widening.source != Source::controls || !done.insert(entry.benchmark.suite).second) continue;
        notes.push_back(
            fmt::format("suite '{}': its controls moved by up to {:.0f} % between the two sessions, so "
                        "its intervals are widened by that",
                        entry.benchmark.suite, percent(widening.log_width)));
    }
}

void note_program(std::vector<std::string>& notes, const std::vector<Measured>& base,
                  const std::vector<Measured>& head) {
    std::size_t same = 0;
    for (const Measured& entry : head) {
        const Measured* before = find(base, entry.benchmark.id);
        if (before == nullptr) continue;
        if (entry.program_hash.empty() || before->program_hash != entry.program_hash) return;
        ++same;
    }
    if (same > 0) notes.push_back("both sides ran the very same programs: whatever differs is noise");
}

void note_systemic(std::vector<std::string>& notes, const Comparison& comparison, double threshold) {
    if (!comparison.overall) return;
    const model::Effect& all = *comparison.overall;
    const bool slower = all.low > 1 + threshold;
    if (!slower && !(all.high < 1 / (1 + threshold))) return;
    notes.push_back(
        fmt::format("systemic: all deciding benchmarks together are {} by a factor of {:.2f}; look for one "
                    "cause, in the build or in the machine",
                    slower ? "worse" : "better", slower ? all.ratio : 1 / all.ratio));
}

}  // namespace

std::string void_reason(const Noise& noise) {
    const double middle = noise.middle_control_shift();
    if (middle <= std::log1p(kVoidShift)) return "";
    return fmt::format(
        "half of the controls, which no change of the program can move, moved by {:.0f} % or more "
        "between the two sessions: measure again on a quieter machine",
        percent(middle));
}

std::vector<std::string> notes(const Comparison& comparison, const std::vector<Measured>& base,
                               const std::vector<Measured>& head, const Noise& noise,
                               const model::RunRecord& run, double threshold) {
    std::vector<std::string> notes;
    if (comparison.cross_machine) {
        notes.push_back(
            fmt::format("the machines differ ('{}' and '{}'): ratios compare machines as much as programs",
                        comparison.base_machine_class, comparison.head_machine_class));
    }
    if (run.run.status != model::RunStatus::complete) {
        notes.push_back(fmt::format("the run is not complete: {}", to_string(run.run.status)));
    }
    const auto measured_suites = suites(head);
    for (const std::string& suite : suites(base)) {
        if (!measured_suites.contains(suite)) {
            notes.push_back(fmt::format("suite '{}' is in the baseline but was not part of this run", suite));
        }
    }
    note_program(notes, base, head);
    note_sessions(notes, base, head, noise);
    note_controls(notes, head, noise);
    note_systemic(notes, comparison, threshold);
    return notes;
}

}  // namespace harness::judge
