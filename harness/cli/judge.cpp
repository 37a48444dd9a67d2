#include <memory>

#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/duel/rejudge.h"
#include "harness/judge/exit_code.h"
#include "harness/store/runs.h"
#include "harness/store/verdicts.h"

namespace harness::cli {

namespace {

struct Options {
    std::string run;
    std::string format = "terminal";
    std::string output = "-";
    bool fail_on_inconclusive = false;
};

Result<model::Comparison> judge_again(store::Connection& connection, const std::string& wanted) {
    const auto run = store::find_run(connection, wanted);
    if (!run) return tl::unexpected(run.error());
    const std::string& id = run->run.id;
    auto comparison = duel::judge_again(connection, id);
    if (!comparison) return tl::unexpected(comparison.error());
    if (!*comparison) {
        return fail("run {} was not measured side by side: judge it with `vmbench compare BASELINE --run {}`",
                    short_id(id), short_id(id));
    }
    return std::move(**comparison);
}

Outcome judge_run(const Options& options, const Globals& globals) {
    if (auto known = check_comparison_format(options.format); !known) return tl::unexpected(known.error());
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    const auto comparison = judge_again(*connection, options.run);
    if (!comparison) return tl::unexpected(comparison.error());
    if (auto kept = store::record_verdicts(*connection, *comparison, now_ns()); !kept)
        return tl::unexpected(kept.error());
    if (auto shown = show_comparison(*comparison, options.format, options.output); !shown)
        return tl::unexpected(shown.error());
    return judge::exit_code(*comparison, options.fail_on_inconclusive ? judge::OnInconclusive::fail
                                                                      : judge::OnInconclusive::pass);
}

}  // namespace

Action declare_judge(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("--run", options->run, "A run of `ab` or `gate`, by the start of its id")
        ->type_name("ID")
        ->required();
    app.add_option("--format", options->format, comparison_formats())->type_name("F")->capture_default_str();
    app.add_option("--output,-o", options->output, "The file (default: -, standard output)")
        ->type_name("FILE");
    app.add_flag("--fail-on-inconclusive", options->fail_on_inconclusive,
                 "Exit with 6 when a benchmark is inconclusive");
    app.footer("Judges the stored pairs of a run again; nothing is measured.\n");
    return [options, &globals] { return judge_run(*options, globals); };
}

}  // namespace harness::cli
