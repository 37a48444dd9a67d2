#include <memory>
#include <random>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "harness/cli/benchmark_flags.h"
#include "harness/cli/command.h"
#include "harness/cli/compare.h"
#include "harness/cli/github.h"
#include "harness/cli/output.h"
#include "harness/cli/record.h"
#include "harness/cli/select.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/judge/exit_code.h"
#include "harness/run/turn.h"
#include "harness/store/baselines.h"
#include "harness/store/records.h"

namespace harness::cli {

namespace {

using model::ExitCode;

constexpr int kFullRounds = 12;
constexpr const char* kDefaultQuickBudget = "4m";

struct Options {
    SelectOptions select;
    bool full = false;
    bool quick = false;
    std::string budget;
    std::string save_baseline;
    std::string baseline;
    std::optional<std::uint64_t> seed;
    std::optional<int> cpu;
    std::string time_limit;
};

Result<run::Settings> read_settings(const Options& options, const Globals& globals) {
    run::Settings settings;
    const auto flags = read_benchmark_flags(globals.benchmark_flags);
    if (!flags) return tl::unexpected(flags.error());
    settings.flags = flags->passed;
    settings.slice = flags->slice;
    settings.rounds = options.full ? kFullRounds : run::kFewestReplicates;
    const std::string budget = options.budget.empty() && !options.full ? kDefaultQuickBudget : options.budget;
    if (!budget.empty()) {
        const auto parsed = parse_duration(budget);
        if (!parsed) return fail("--budget: {}", parsed.error().message);
        settings.budget = *parsed;
    } else if (!settings.slice) {
        settings.slice = run::kLongestSlice;
    }
    if (!options.time_limit.empty()) {
        const auto limit = parse_duration(options.time_limit);
        if (!limit) return fail("--time-limit: {}", limit.error().message);
        settings.time_limit = *limit;
    }
    if (options.cpu && (*options.cpu < 0 || *options.cpu >= sysconf(_SC_NPROCESSORS_CONF))) {
        return fail("--cpu: there is no CPU {}", *options.cpu);
    }
    settings.cpu = options.cpu;
    // Small enough to type again.
    settings.seed = options.seed.value_or(std::random_device{}());
    settings.clock = now_ns;
    return settings;
}

// Names that would be found wrong only after minutes of measuring.
Result<void> check_names(store::Connection& connection, const Options& options) {
    if (!options.save_baseline.empty()) {
        if (auto valid = store::check_baseline_name(options.save_baseline); !valid) return valid;
    }
    if (!options.baseline.empty()) {
        const auto found = store::find_baseline(connection, options.baseline);
        if (!found) return tl::unexpected(found.error());
    }
    return {};
}

std::string ending(const Recorded& recorded, const run::Settings& settings) {
    const run::Summary& summary = recorded.summary;
    std::string text = fmt::format("run {} {}: {}", short_id(recorded.run_id),
                                   summary.interrupted ? "interrupted, incomplete" : "complete",
                                   counted(summary.processes, "process"));
    if (text.ends_with("processs")) text.replace(text.size() - 1, 1, "es");
    if (!summary.failed.empty())
        text += fmt::format(", {} failed", counted(summary.failed.size(), "benchmark"));
    return text + fmt::format(", seed {}", settings.seed);
}

// After a complete run: compare first, so that the baseline of the same name is still the old one.
Outcome finish(store::Connection& connection, const Options& options, const std::string& run_id,
               ExitCode measured) {
    std::vector<ExitCode> codes = {measured};
    if (!options.baseline.empty()) {
        CompareOptions compare;
        compare.baseline = options.baseline;
        compare.run = run_id;
        Outcome compared = compare_runs(compare, connection);
        if (!compared) return compared;
        codes.push_back(*compared);
    } else {
        const auto record = store::load_run(connection, run_id);
        if (!record) return tl::unexpected(record.error());
        if (auto announced = tell_github(*record); !announced) return tl::unexpected(announced.error());
    }
    if (!options.save_baseline.empty()) {
        auto saved = store::save_baseline(connection, options.save_baseline, {run_id}, store::system_random(),
                                          now_ns());
        if (!saved) return tl::unexpected(saved.error());
        fmt::print("baseline {} is run {}\n", options.save_baseline, short_id(run_id));
    }
    return judge::most_important(codes);
}

Outcome run_suites(const Options& options, const Globals& globals) {
    if (options.full && options.quick) return fail("--quick and --full exclude each other");
    auto settings = read_settings(options, globals);
    if (!settings) return tl::unexpected(settings.error());
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    if (auto names = check_names(*connection, options); !names) return tl::unexpected(names.error());
    auto interrupts = run::Interrupts::create();
    if (!interrupts) return tl::unexpected(interrupts.error());
    Order order;
    order.profile = options.full ? model::Profile::full : model::Profile::quick;
    order.command_line = globals.command_line;
    // What is named is meant, whatever its tags.
    const bool narrowed = !options.select.filter.empty() || !options.select.tags.empty();
    const auto selected =
        select(globals, options.select, narrowed ? std::nullopt : std::optional(order.profile), *interrupts);
    if (!selected) return tl::unexpected(selected.error());
    settings->revision = run::git_revision(globals.suite_folder, *interrupts);

    run::Progress progress(stderr, run::style_for(stderr));
    for (const std::string& line : selected->broken) progress.say("failed: " + line);
    if (selected->suites.empty())
        return tl::unexpected(Failure("no suite could be measured", ExitCode::measurement_failed));
    const auto turn = run::Turn::take(run::Turn::default_path(), *interrupts, [&] {
        progress.say("another run is measuring on this machine: waiting for it to end (Ctrl-C gives up)");
    });
    if (!turn) return tl::unexpected(Failure(turn.error().message, ExitCode::measurement_failed));
    const auto recorded = record(*connection, *selected, order, *settings, *interrupts, progress);
    if (!recorded) return tl::unexpected(Failure(recorded.error().message, ExitCode::measurement_failed));
    fmt::print("{}\n", ending(*recorded, *settings));
    if (recorded->summary.interrupted) return ExitCode::measurement_failed;
    const bool failed = !recorded->summary.failed.empty() || !selected->broken.empty();
    return finish(*connection, options, recorded->run_id,
                  failed ? ExitCode::measurement_failed : ExitCode::ok);
}

}  // namespace

Action declare_run(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    declare_selection(app, options->select);
    app.add_flag("--quick", options->quick, "6 processes a benchmark, within the budget (the default)");
    app.add_flag("--full", options->full, "12 processes a benchmark, and no budget unless one is given");
    app.add_option("--budget", options->budget,
                   "Time for everything, shared out over the benchmarks (default: 4m for --quick)")
        ->type_name("TIME");
    app.add_option("--save-baseline", options->save_baseline, "Name this run as a baseline")
        ->type_name("NAME");
    app.add_option("--baseline", options->baseline, "Compare this run with a baseline")->type_name("NAME");
    app.add_option("--seed", options->seed,
                   "Replays the order of an earlier run (default: a new one, which is printed)")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 62))
        ->type_name("N");
    app.add_option("--cpu", options->cpu, "Run the suite programs on this CPU only")->type_name("N");
    app.add_option("--time-limit", options->time_limit,
                   "Kill a process that takes longer (default: 1m, or 20 times its slice)")
        ->type_name("TIME");
    app.footer(
        "Without --filter and --tag, --quick leaves out benchmarks that are not tagged quick, of suites that "
        "use this "
        "tag.\n"
        "Flags --benchmark_NAME=VALUE are passed on to the suite programs; --benchmark_min_time sets the "
        "slice of each\n"
        "process instead of the budget. Ctrl-C keeps what has been measured and marks the run incomplete.\n");
    return [options, &globals] { return run_suites(*options, globals); };
}

}  // namespace harness::cli
