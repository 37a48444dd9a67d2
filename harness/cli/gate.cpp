#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/changed_paths.h"
#include "harness/cli/command.h"
#include "harness/cli/github.h"
#include "harness/cli/output.h"
#include "harness/cli/policy.h"
#include "harness/cli/session.h"
#include "harness/cli/side_by_side.h"
#include "harness/judge/exit_code.h"
#include "harness/run/checkout.h"
#include "harness/run/git.h"

namespace harness::cli {

namespace {

struct Options {
    std::string target;  // empty: what the repository merges into
    std::string head = "HEAD";
    PolicyFiles policy{"baselines/thresholds.json", "baselines/accepted.json"};
    std::string report;
    ChangedPaths changed_paths;
    MatchupOptions matchup;
};

// What a repository's changes are usually merged into, best first.
constexpr const char* kTargets[] = {"origin/HEAD", "origin/main", "main", "origin/master", "master"};

// Each report of a gate: its format and the name of its file.
constexpr std::pair<const char*, const char*> kReports[] = {
    {"markdown", "gate.md"}, {"json", "gate.json"}, {"junit", "gate.xml"}, {"csv", "gate.csv"}};

Result<std::string> find_target(const std::string& repository, const std::string& wanted,
                                run::Interrupts& interrupts) {
    if (!wanted.empty()) return run::resolve_commit(repository, wanted, interrupts);
    for (const char* name : kTargets) {
        if (auto commit = run::resolve_commit(repository, name, interrupts)) return commit;
    }
    return fail("no branch that changes are merged into (origin/main, say) in '{}': name it with --target",
                repository);
}

// Where head left the target.
Result<std::string> merge_base(const Options& options, run::Interrupts& interrupts) {
    const std::string& repository = options.matchup.repository;
    auto target = find_target(repository, options.target, interrupts);
    if (!target) return target;
    auto head = run::resolve_commit(repository, options.head, interrupts);
    if (!head) return head;
    auto base = run::git(repository, {"merge-base", *target, *head}, interrupts);
    if (!base) {
        return fail("'{}' and its target have no common commit here (a shallow clone?)", options.head);
    }
    return base;
}

Result<void> write_reports(const model::Comparison& comparison, const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return fail("cannot make '{}': {}", folder, error.message());
    for (const auto& [format, name] : kReports) {
        auto written = write_comparison(comparison, format, (std::filesystem::path(folder) / name).string());
        if (!written) return written;
    }
    return {};
}

Outcome report(const model::Comparison& comparison, const Options& options) {
    if (!options.report.empty()) {
        if (auto done = write_reports(comparison, options.report); !done) return tl::unexpected(done.error());
    }
    if (auto shown = write_comparison(comparison, "terminal", "-"); !shown)
        return tl::unexpected(shown.error());
    const model::ExitCode code =
        judge::exit_code(comparison, options.matchup.fail_on_inconclusive ? judge::OnInconclusive::fail
                                                                          : judge::OnInconclusive::pass);
    if (auto told = report_to_github(comparison, options.report, code); !told)
        return tl::unexpected(told.error());
    return code;
}

Outcome gate(const Options& options, const Globals& globals) {
    auto interrupts = run::Interrupts::create();
    if (!interrupts) return tl::unexpected(interrupts.error());
    const auto base = merge_base(options, *interrupts);
    if (!base) return tl::unexpected(base.error());
    // As they were before the change, which cannot excuse itself then.
    auto policy = policy_at(*base, options.matchup.repository, options.policy, *interrupts);
    if (!policy) return tl::unexpected(policy.error());
    auto matchup = read_matchup(options.matchup, std::move(policy->rules));
    if (!matchup) return tl::unexpected(matchup.error());
    matchup->accepted = std::move(policy->accepted);
    matchup->base = *base;
    matchup->head = options.head;
    if (options.changed_paths.wanted) {
        const auto nothing = narrow(options.changed_paths, *matchup, *interrupts);
        if (!nothing) return tl::unexpected(nothing.error());
        if (*nothing) return report(**nothing, options);
    }
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    if (options.matchup.plan) return plan_side_by_side(*matchup, globals, *connection, *interrupts);
    const auto comparison = measure_side_by_side(*matchup, globals, *connection, *interrupts);
    if (!comparison) return tl::unexpected(comparison.error());
    return report(*comparison, options);
}

}  // namespace

Action declare_gate(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("--target", options->target,
                   "What the change is to be merged into (default: origin/HEAD, main)")
        ->type_name("REVISION");
    app.add_option("--head", options->head, "The change")->type_name("REVISION")->capture_default_str();
    app.add_option("--rules", options->policy.rules, "Thresholds; the merge base's file counts")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_option("--accepted", options->policy.accepted, "Accepted changes; the merge base's file counts")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_option("--report", options->report, "Also write Markdown, JSON, JUnit and CSV files here")
        ->type_name("DIR");
    declare_changed_paths(app, options->changed_paths);
    declare_matchup(app, options->matchup);
    app.footer(
        "Measures the merge base and the head side by side on this machine. Exit code 1: a benchmark is "
        "slower,\n"
        "or one has vanished.\n");
    return [options, &globals] { return gate(*options, globals); };
}

}  // namespace harness::cli
