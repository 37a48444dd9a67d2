#include <memory>

#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/policy.h"
#include "harness/cli/session.h"
#include "harness/cli/side_by_side.h"
#include "harness/judge/exit_code.h"

namespace harness::cli {

namespace {

struct Options {
    std::string base;
    std::string head;
    MatchupOptions matchup;
    PolicyFiles policy;
    std::string format = "terminal";
    std::string output = "-";
};

Outcome compare_sides(const Options& options, const Globals& globals) {
    if (auto known = check_comparison_format(options.format); !known) return tl::unexpected(known.error());
    auto policy = read_policy(options.policy);
    if (!policy) return tl::unexpected(policy.error());
    auto matchup = read_matchup(options.matchup, std::move(policy->rules));
    if (!matchup) return tl::unexpected(matchup.error());
    matchup->accepted = std::move(policy->accepted);
    matchup->base = options.base;
    matchup->head = options.head;
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    auto interrupts = run::Interrupts::create();
    if (!interrupts) return tl::unexpected(interrupts.error());
    if (options.matchup.plan) return plan_side_by_side(*matchup, globals, *connection, *interrupts);
    const auto comparison = measure_side_by_side(*matchup, globals, *connection, *interrupts);
    if (!comparison) return tl::unexpected(comparison.error());
    if (auto shown = show_comparison(*comparison, options.format, options.output); !shown)
        return tl::unexpected(shown.error());
    return judge::exit_code(*comparison, options.matchup.fail_on_inconclusive ? judge::OnInconclusive::fail
                                                                              : judge::OnInconclusive::pass);
}

}  // namespace

Action declare_ab(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("BASE", options->base, "A revision, or a build folder")->required();
    app.add_option("HEAD", options->head, "The same, of what is judged")->required();
    declare_matchup(app, options->matchup);
    app.add_option("--rules", options->policy.rules,
                   "Thresholds of single suites, benchmarks and metrics (JSON)")
        ->type_name("FILE");
    app.add_option("--accepted", options->policy.accepted, "Changes that were accepted (JSON)")
        ->type_name("FILE");
    app.add_option("--format", options->format, comparison_formats())->type_name("F")->capture_default_str();
    app.add_option("--output,-o", options->output, "The file (default: -, standard output)")
        ->type_name("FILE");
    app.footer(
        "Both sides are measured in turns, in short slices of fresh pairs of processes: first all "
        "benchmarks, "
        "then,\n"
        "on fresh pairs, those that look changed. Revisions are built in work trees of their own, once "
        "each.\n");
    return [options, &globals] { return compare_sides(*options, globals); };
}

}  // namespace harness::cli
