#include <algorithm>
#include <random>

#include <CLI/CLI.hpp>

#include "harness/cli/side_by_side.h"
#include "harness/cli/text.h"
#include "harness/run/callgrind.h"

namespace harness::cli {

namespace {

Result<void> read_share(std::string_view option, const std::string& text, double& share) {
    const auto read = judge::parse_threshold(text);
    if (!read) return fail("{}: {}", option, read.error().message);
    share = *read;
    return {};
}

}  // namespace

void declare_sides(CLI::App& app, MatchupOptions& options) {
    app.add_option("--budget", options.budget, "No pair is begun after this time")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_option("--min-effect", options.min_effect, "Changes below this are never called a regression")
        ->type_name("P")
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Measures in the order of an earlier run")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 62))
        ->type_name("N");
    app.add_option(
           "--bad-conditions", options.bad_conditions,
           "What stolen time, interruptions and unevenly disturbed slices beyond their limits do: void "
           "the run, or are a note")
        ->check(CLI::IsMember({"void", "note"}))
        ->type_name("void|note")
        ->capture_default_str();
    app.add_option("--repository", options.repository, "Where revisions are looked up")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--build-command", options.build_command, "Builds a revision, at the top of its work tree")
        ->type_name("COMMAND")
        ->capture_default_str();
    app.add_option("--suites", options.suites, "Where that leaves the suite programs")
        ->type_name("DIR")
        ->capture_default_str();
}

void declare_matchup(CLI::App& app, MatchupOptions& options) {
    declare_selection(app, options.select);
    declare_sides(app, options);
    app.add_flag("--references", options.references,
                 "Measure reference rows (native, QEMU, raw pointers), too; they decide nothing");
    app.add_option("--threshold", options.threshold,
                   "A benchmark is ok once it is known to have changed less (default: 5%)")
        ->type_name("P");
    app.add_option("--alpha", options.alpha,
                   "The chance that any benchmark that has not changed is called a regression")
        ->type_name("P")
        ->capture_default_str();
    app.add_option("--power", options.power, "The chance meant by the smallest change that would be seen")
        ->type_name("P")
        ->capture_default_str();
    app.add_option("--metric", options.metrics,
                   "time (always), instructions (counted by valgrind besides); given again: both")
        ->check(CLI::IsMember({"time", "instructions"}))
        ->type_name("METRIC")
        ->allow_extra_args(false);
    app.add_option("--relink", options.relink,
                   "Also build each side in so many link orders: no change counts that they show, too")
        ->check(CLI::Range(2, 16))
        ->type_name("N");
    app.add_flag("--plan", options.plan,
                 "Only say what would be measured, how long it takes and what it sees");
    app.add_option("--program", options.programs,
                   "A Google Benchmark program there, instead of suites; given again: these programs")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_option("--command", options.command,
                   "Measure this command line instead, run by the shell at the top of each side")
        ->type_name("TEXT");
    app.add_flag("--fail-on-inconclusive", options.fail_on_inconclusive,
                 "Exit with 6 when a benchmark is inconclusive");
}

Result<Matchup> read_matchup(const MatchupOptions& options, judge::Rules rules) {
    Matchup matchup;
    matchup.select = options.select;
    matchup.references = options.references;
    if (!options.command.empty() && !options.programs.empty())
        return fail("--command and --program exclude each other");
    if (std::ranges::any_of(options.command, [](char c) { return static_cast<unsigned char>(c) < ' '; }))
        return fail("--command: one line without control characters");
    matchup.command = options.command;
    matchup.sides = {.repository = options.repository,
                     .build_command = options.build_command,
                     .suites = options.suites,
                     .cache = duel::default_cache(),
                     .programs = {options.programs.begin(), options.programs.end()},
                     .nothing_wanted = !options.command.empty()};
    matchup.rules = std::move(rules);
    if (!options.threshold.empty()) {
        const auto threshold = judge::parse_threshold(options.threshold);
        if (!threshold) return fail("--threshold: {}", threshold.error().message);
        matchup.rules.default_threshold = *threshold;
    }
    auto read = read_share("--min-effect", options.min_effect, matchup.min_effect);
    if (read) read = read_share("--alpha", options.alpha, matchup.gate.family_alpha);
    if (read) read = read_share("--power", options.power, matchup.gate.power);
    if (!read) return tl::unexpected(read.error());
    const auto bad_conditions = model::value_of<judge::BadConditions>(
        judge::kBadConditions, "--bad-conditions", options.bad_conditions);
    if (!bad_conditions) return tl::unexpected(bad_conditions.error());
    matchup.gate.bad_conditions = *bad_conditions;
    if (matchup.gate.family_alpha >= 0.5) return fail("--alpha: {} is no rare event", options.alpha);
    if (matchup.gate.power >= 1) return fail("--power: nothing is seen with certainty");
    matchup.instructions = std::ranges::find(options.metrics, "instructions") != options.metrics.end();
    matchup.relink = options.relink;
    if (!options.command.empty() && (matchup.instructions || matchup.relink > 0))
        return fail("--command measures time alone: no --metric instructions, no --relink");
    if (matchup.instructions) {
        if (auto valgrind = run::find_valgrind(); !valgrind) return tl::unexpected(valgrind.error());
    }
    const auto budget = parse_duration(options.budget);
    if (!budget) return fail("--budget: {}", budget.error().message);
    matchup.budget = *budget;
    matchup.seed = options.seed.value_or(std::random_device{}());
    return matchup;
}

}  // namespace harness::cli
