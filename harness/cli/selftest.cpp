#include "harness/report/selftest.h"

#include <algorithm>
#include <memory>
#include <random>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/cli/record.h"
#include "harness/cli/self_testing.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/judge/rules.h"

namespace harness::cli {

namespace {

using judge::Standing;
using model::ExitCode;

struct Options {
    SelectOptions select;
    std::size_t pairs = 60;
    std::vector<std::string> inject;
    std::size_t inject_into = 12;
    std::string budget = "3h";
    std::size_t gates = 2000;
    std::optional<std::uint64_t> seed;
    std::vector<std::string> bank;
    bool no_bank = false;
    std::string relinked;
    std::size_t live = 0;
    std::string live_budget = "20m";
    std::string format = "terminal";
    std::string output = "-";
};

Result<std::vector<double>> read_slowdowns(const std::vector<std::string>& texts) {
    std::vector<double> slowdowns;
    for (const std::string& text : texts) {
        const auto size = judge::parse_threshold(text);
        if (!size) return fail("--inject: {}", size.error().message);
        slowdowns.push_back(1 + *size);
    }
    std::ranges::sort(slowdowns);
    slowdowns.erase(std::unique(slowdowns.begin(), slowdowns.end()), slowdowns.end());
    return slowdowns;
}

Result<SelfTestPlan> read_plan(const Options& options) {
    SelfTestPlan plan;
    plan.select = options.select;
    const auto slowdowns = read_slowdowns(options.inject);
    if (!slowdowns) return tl::unexpected(slowdowns.error());
    const auto budget = parse_duration(options.budget);
    if (!budget) return fail("--budget: {}", budget.error().message);
    const auto live = parse_duration(options.live_budget);
    if (!live) return fail("--live-budget: {}", live.error().message);
    plan.bank.pairs = options.pairs;
    plan.bank.slowdowns = *slowdowns;
    plan.bank.injected = options.inject_into;
    plan.bank.budget = *budget;
    plan.bank.seed = options.seed.value_or(std::random_device{}());
    plan.resample.gates = options.gates;
    plan.resample.seed = plan.bank.seed;
    plan.bank.quiet_spread = plan.resample.quiet_spread;
    plan.bank_runs = options.bank;
    plan.use_bank = !options.no_bank;
    plan.relinked = options.relinked;
    plan.live_gates = options.live;
    plan.live_budget = *live;
    return plan;
}

// A real gate that alarms is an alarm like any other; one in ten may be void.
constexpr std::size_t kGatesPerVoid = 10;

ExitCode code_of(const report::SelfTestReport& report, bool failed) {
    const bool voids = report.live.voids > std::max<std::size_t>(report.live.gates / kGatesPerVoid, 1);
    if (report.conclusion.standing == Standing::alarms || report.live.alarms > 0) return ExitCode::regression;
    if (failed) return ExitCode::measurement_failed;
    return report.conclusion.standing == Standing::holds && !voids ? ExitCode::ok : ExitCode::inconclusive;
}

Outcome self_test(const Options& options, const Globals& globals) {
    if (auto known = report::self_test({}, options.format); !known) return tl::unexpected(known.error());
    const auto plan = read_plan(options);
    if (!plan) return tl::unexpected(plan.error());
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    auto interrupts = run::Interrupts::create();
    if (!interrupts) return tl::unexpected(interrupts.error());
    const auto tested = run_self_test(*plan, globals, *connection, *interrupts);
    if (!tested) return tl::unexpected(tested.error());
    const auto text = report::self_test(tested->report, options.format);
    if (!text) return tl::unexpected(text.error());
    if (auto done = write_output(options.output, *text); !done) return tl::unexpected(done.error());
    return code_of(tested->report, tested->failed);
}

void declare_measuring(CLI::App& app, Options& options) {
    declare_selection(app, options.select);
    app.add_option("--aa", options.pairs,
                   "Pairs of equal sides of each benchmark, those of earlier self-tests included")
        ->check(CLI::Range(0, 100'000))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--inject", options.inject,
                   "Also pairs with a slowdown of this size in some quiet benchmarks (repeatable)")
        ->type_name("P")
        ->allow_extra_args(false);
    app.add_option("--inject-into", options.inject_into, "How many quiet benchmarks get slowdowns")
        ->check(CLI::Range(1, 1000))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--budget", options.budget, "No pair is begun after this time")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_option("--relinked", options.relinked,
                   "Measure against this build folder of the same revision instead of a copy")
        ->type_name("DIR");
    app.add_option("--live", options.live, "Also so many real gates of the build against its copy")
        ->check(CLI::Range(0, 1000))
        ->type_name("N");
    app.add_option("--live-budget", options.live_budget, "Of one real gate")
        ->type_name("TIME")
        ->capture_default_str();
}

void declare_judging(CLI::App& app, Options& options) {
    app.add_option("--gates", options.gates, "Gates drawn from the pairs for each figure")
        ->check(CLI::Range(1, 1'000'000))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Of the order and of the draws")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 62))
        ->type_name("N");
    auto* bank = app.add_option("--bank", options.bank,
                                "Use pairs of this stored run only (repeatable; default: all self-tests of "
                                "these programs on this machine)")
                     ->type_name("RUN")
                     ->allow_extra_args(false);
    app.add_flag("--no-bank", options.no_bank, "Use no stored pairs")->excludes(bank);
    app.add_option("--format", options.format, report::self_test_formats())
        ->type_name("F")
        ->capture_default_str();
    app.add_option("--output,-o", options.output, "The file (default: -, standard output)")
        ->type_name("FILE");
}

}  // namespace

Action declare_selftest(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    declare_measuring(app, *options);
    declare_judging(app, *options);
    app.footer(
        "Measures a build against its own copy, keeps the pairs, and draws whole gates from them: how often\n"
        "does a gate alarm without cause, and how often does it find a slowdown?\n"
        "Exit codes: 0 it holds, 1 it alarms without cause, 3 a measurement failed, 6 too few pairs or too "
        "much\n"
        "noise.\n");
    return [options, &globals] { return self_test(*options, globals); };
}

}  // namespace harness::cli
