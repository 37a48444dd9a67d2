#include <algorithm>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/cli/policy.h"
#include "harness/cli/select.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/run/git.h"
#include "harness/store/catalog.h"
#include "harness/store/decisions.h"
#include "harness/store/uuid.h"

namespace harness::cli {

namespace {

namespace fs = std::filesystem;

struct Options {
    std::string benchmark;
    std::string metric = "time";
    std::string reason;
    std::string until;
    std::string file = "baselines/accepted.json";
};

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

// What can be said of the acceptance without looking anywhere.
Result<void> check(const Options& options) {
    if (is_blank(options.reason)) return fail("--reason: say why this is accepted");
    if (options.until.empty()) return {};
    const auto until = judge::parse_day(options.until);
    if (!until) return fail("--until: {}", until.error().message);
    if (*until < today()) return fail("--until: {} is past", *until);
    return {};
}

// A suite's name where its code's size is meant, else SUITE/CASE.
bool names_suite(const Options& options) { return options.metric == judge::kSize; }

// The newest stored run that measured it; empty when none did.
Result<std::string> newest_run(store::Connection& connection, const Options& options) {
    return names_suite(options) ? store::newest_run_with_suite(connection, options.benchmark)
                                : store::newest_run_with(connection, options.benchmark);
}

bool is_in_suites(const Globals& globals, const Options& options, run::Interrupts& interrupts) {
    SelectOptions selection;
    selection.suites = {options.benchmark.substr(0, options.benchmark.find('/'))};
    const auto selected = select(globals, selection, std::nullopt, interrupts);
    if (!selected) return false;
    return std::ranges::any_of(selected->suites, [&](const SelectedSuite& suite) {
        const std::string& name = suite.found.suite.manifest.name;
        if (names_suite(options)) return name == options.benchmark;
        return std::ranges::any_of(suite.cases, [&](const model::Case& one) {
            return model::benchmark_id(name, one.id) == options.benchmark;
        });
    });
}

Result<judge::Acceptances> read_file_of(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error)) return judge::Acceptances{};
    auto policy = read_policy({"", path});
    if (!policy) return tl::unexpected(policy.error());
    return std::move(policy->accepted);
}

// As git's own commits name whoever types this.
Result<std::string> author(const std::string& folder, run::Interrupts& interrupts) {
    const auto name = run::git(folder, {"config", "user.name"}, interrupts);
    const auto email = run::git(folder, {"config", "user.email"}, interrupts);
    if (!name || !email || name->empty() || email->empty()) {
        return fail("git does not know who you are: set user.name and user.email with `git config`");
    }
    return fmt::format("{} <{}>", *name, *email);
}

Result<judge::Acceptance> acceptance_of(const Options& options, run::Interrupts& interrupts) {
    const fs::path parent = fs::path(options.file).parent_path();
    const std::string folder = parent.empty() ? "." : parent.string();
    std::error_code error;
    if (!fs::is_directory(folder, error)) return fail("--file: there is no folder '{}'", folder);
    const auto who = author(folder, interrupts);
    if (!who) return tl::unexpected(who.error());
    const auto since = run::git(folder, {"rev-parse", "--verify", "HEAD"}, interrupts);
    if (!since) return fail("acceptances are reviewed with a repository, but '{}' is in none", folder);
    return judge::Acceptance{options.benchmark, options.metric, options.reason, *who, *since,
                             today(),           options.until};
}

// So that trends can mark it. Without a run there is nothing to mark.
Result<void> keep_decision(store::Connection& connection, const judge::Acceptance& accepted,
                           const std::string& run_id) {
    if (run_id.empty()) return {};
    return store::record_decision(
        connection, {store::make_uuid(store::system_random()), now_ns(), accepted.benchmark, accepted.metric,
                     run_id, store::kAcceptDecision, accepted.author, accepted.reason});
}

Outcome accept(const Options& options, const Globals& globals) {
    if (auto valid = check(options); !valid) return tl::unexpected(valid.error());
    auto interrupts = run::Interrupts::create();
    if (!interrupts) return tl::unexpected(interrupts.error());
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    const auto run_id = newest_run(*connection, options);
    if (!run_id) return tl::unexpected(run_id.error());
    if (run_id->empty() && !is_in_suites(globals, options, *interrupts)) {
        return fail("'{}' is in no stored run and in no suite of '{}' (see `vmbench list`)",
                    options.benchmark, globals.suite_folder);
    }
    const auto known = read_file_of(options.file);
    if (!known) return tl::unexpected(known.error());
    const auto accepted = acceptance_of(options, *interrupts);
    if (!accepted) return tl::unexpected(accepted.error());
    const auto all = judge::with(*known, *accepted, "accept");
    if (!all) return tl::unexpected(all.error());
    if (auto written = write_output(options.file, judge::to_json(*all)); !written)
        return tl::unexpected(written.error());
    if (auto kept = keep_decision(*connection, *accepted, *run_id); !kept)
        return tl::unexpected(kept.error());
    fmt::print("{} ({}) is accepted{}; gates count it once {} is merged\n", accepted->benchmark,
               accepted->metric, options.until.empty() ? "" : " until " + options.until, options.file);
    return model::ExitCode::ok;
}

}  // namespace

Action declare_accept(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("BENCH", options->benchmark, "The benchmark: SUITE/CASE; a suite for --metric size")
        ->required();
    app.add_option("--reason", options->reason, "Why it may be worse, vanish or do other work")
        ->type_name("TEXT")
        ->required();
    app.add_option("--until", options->until, "The last day on which this counts (default: for good)")
        ->type_name("YYYY-MM-DD");
    app.add_option("--metric", options->metric, "Which metric of it")->type_name("M")->capture_default_str();
    app.add_option("--file", options->file, "Where reviewed acceptances are")
        ->type_name("FILE")
        ->capture_default_str();
    app.footer(
        "Gates read the file from the merge base: commit the acceptance, have it reviewed and merge it "
        "before "
        "the\nchange that it is for.\n");
    return [options, &globals] { return accept(*options, globals); };
}

}  // namespace harness::cli
