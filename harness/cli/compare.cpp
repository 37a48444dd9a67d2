#include "harness/cli/compare.h"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/output.h"
#include "harness/cli/policy.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/judge/compare.h"
#include "harness/judge/exit_code.h"
#include "harness/judge/rules.h"
#include "harness/store/baselines.h"
#include "harness/store/records.h"
#include "harness/store/runs.h"
#include "harness/store/verdicts.h"

namespace harness::cli {

namespace {

// Enough to know how sessions differ; the newest ones, so that an old kernel or room temperature does not
// count.
constexpr std::size_t kHistoryRuns = 20;

Result<judge::Rules> rules_of(const CompareOptions& options) {
    auto rules = read_rules(options.rules);
    if (!rules || options.threshold.empty()) return rules;
    const auto threshold = judge::parse_threshold(options.threshold);
    if (!threshold) return fail("--threshold: {}", threshold.error().message);
    rules->default_threshold = *threshold;
    return rules;
}

Result<std::vector<model::RunRecord>> load_runs(store::Connection& connection,
                                                const std::vector<std::string>& ids) {
    std::vector<model::RunRecord> records;
    for (const std::string& id : ids) {
        auto record = store::load_run(connection, id);
        if (!record) return tl::unexpected(record.error());
        records.push_back(std::move(*record));
    }
    return records;
}

// Complete runs on the machine class of `head`, newest first, without it.
Result<std::vector<std::string>> history_of(store::Connection& connection, const model::RunRecord& head) {
    const auto runs = store::list_runs(connection);
    if (!runs) return tl::unexpected(runs.error());
    const std::string machine_class = model::machine_class(head.run.machine);
    std::vector<std::string> ids;
    for (const store::RunSummary& run : *runs) {
        // Side-by-side runs have pairs instead of processes.
        const bool same = run.processes > 0 && run.run.status == model::RunStatus::complete &&
                          run.machine_class == machine_class;
        if (same && run.run.id != head.run.id && ids.size() < kHistoryRuns) ids.push_back(run.run.id);
    }
    return ids;
}

Result<std::string> choose_head(store::Connection& connection, const model::Baseline& baseline,
                                const std::string& wanted) {
    auto id = choose_run(connection, wanted);
    if (!id) return id;
    if (std::ranges::find(baseline.runs, *id) != baseline.runs.end()) {
        return fail(
            "run {} is part of baseline '{}': measure again with `vmbench run`, or name another with --run",
            short_id(*id), baseline.name);
    }
    if (auto complete = check_complete(connection, *id); !complete) return tl::unexpected(complete.error());
    return id;
}

Result<model::Comparison> judge_runs(const CompareOptions& options, const judge::Rules& rules,
                                     store::Connection& connection) {
    const auto baseline = store::find_baseline(connection, options.baseline);
    if (!baseline) return tl::unexpected(baseline.error());
    const auto head_id = choose_head(connection, *baseline, options.run);
    if (!head_id) return tl::unexpected(head_id.error());
    const auto base = load_runs(connection, baseline->runs);
    if (!base) return tl::unexpected(base.error());
    const auto head = store::load_run(connection, *head_id);
    if (!head) return tl::unexpected(head.error());
    const auto history_ids = history_of(connection, *head);
    if (!history_ids) return tl::unexpected(history_ids.error());
    const auto history = load_runs(connection, *history_ids);
    if (!history) return tl::unexpected(history.error());
    judge::CompareInput input;
    input.baseline_name = baseline->name;
    input.baseline = *base;
    input.head = &*head;
    input.history = *history;
    input.cross_machine =
        options.allow_cross_machine ? judge::CrossMachine::allow : judge::CrossMachine::refuse;
    return judge::compare(input, rules);
}

}  // namespace

Outcome compare_runs(const CompareOptions& options, store::Connection& connection) {
    if (auto known = check_comparison_format(options.format); !known) return tl::unexpected(known.error());
    const auto rules = rules_of(options);
    if (!rules) return tl::unexpected(rules.error());
    const auto comparison = judge_runs(options, *rules, connection);
    if (!comparison) return tl::unexpected(comparison.error());
    if (auto kept = store::record_verdicts(connection, *comparison, now_ns()); !kept)
        return tl::unexpected(kept.error());
    if (auto shown = show_comparison(*comparison, options.format, options.output); !shown) {
        return tl::unexpected(shown.error());
    }
    const auto on_inconclusive =
        options.fail_on_inconclusive ? judge::OnInconclusive::fail : judge::OnInconclusive::pass;
    return judge::exit_code(*comparison, on_inconclusive);
}

Action declare_compare(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<CompareOptions>();
    app.add_option("BASELINE", options->baseline, "The baseline to compare with")->required();
    app.add_option("--run", options->run,
                   "The run, by the start of its id (default: the newest complete one)")
        ->type_name("ID");
    app.add_option("--threshold", options->threshold, "Smallest change that matters (default: 5%)")
        ->type_name("P");
    app.add_option("--rules", options->rules, "Thresholds of single suites, benchmarks and metrics (JSON)")
        ->type_name("FILE");
    app.add_flag("--allow-cross-machine", options->allow_cross_machine,
                 "Compare although the machines differ; every output says so");
    app.add_flag("--fail-on-inconclusive", options->fail_on_inconclusive,
                 "Exit with 6 when a row is inconclusive");
    app.add_option("--format", options->format, comparison_formats())->type_name("F")->capture_default_str();
    app.add_option("--output,-o", options->output, "The file (default: -, standard output)")
        ->type_name("FILE");
    return [options, &globals]() -> Outcome {
        auto connection = open_session(globals);
        if (!connection) return tl::unexpected(connection.error());
        return compare_runs(*options, *connection);
    };
}

}  // namespace harness::cli
