#include "harness/report/profile.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "harness/cli/command.h"
#include "harness/cli/record.h"
#include "harness/cli/text.h"
#include "harness/duel/instructions.h"
#include "harness/duel/sides.h"
#include "harness/run/callgrind.h"
#include "harness/run/progress.h"
#include "harness/run/turn.h"

namespace harness::cli {

namespace {

struct Options {
    std::string benchmark;
    std::string base;
    std::string head;
    std::string repository = ".";
    // Valgrind does not know all instructions of the newest machines, which native builds use.
    std::string build_command = duel::preset_build_command("portable");
    std::string suites = duel::preset_suites("portable");
    std::size_t limit = 20;
    std::string format = "terminal";
    std::string output = "-";
};

class Profiling {
  public:
    Profiling(const Options& options, const Globals& globals, run::Interrupts& interrupts)
        : options_(options), globals_(globals), interrupts_(interrupts) {}

    Outcome run() {
        if (auto valgrind = run::find_valgrind(); !valgrind) return tl::unexpected(valgrind.error());
        const auto base = job_of(options_.base);
        if (!base) return tl::unexpected(base.error());
        const auto head = job_of(options_.head);
        if (!head) return tl::unexpected(head.error());
        const auto sides = count(*base, *head);
        progress_.clear();
        if (!sides)
            return tl::unexpected(Failure(sides.error().message, model::ExitCode::measurement_failed));
        const auto text = report::render(options_.format,
                                         {options_.benchmark, options_.base, options_.head,
                                          judge::compare_profiles(sides->base, sides->head), options_.limit});
        if (!text) return tl::unexpected(text.error());
        if (auto written = write_output(options_.output, *text); !written)
            return tl::unexpected(written.error());
        return model::ExitCode::ok;
    }

  private:
    // The benchmark as this side has it.
    Result<run::Job> job_of(const std::string& text) {
        const duel::SideSettings settings{options_.repository, options_.build_command, options_.suites,
                                          duel::default_cache()};
        const auto side = duel::resolve_side(text, settings, interrupts_,
                                             [this](std::string_view line) { progress_.say(line); });
        if (!side) return tl::unexpected(side.error());
        Globals there = globals_;
        there.suite_folder = side->suites.string();
        SelectOptions only;
        only.suites = {options_.benchmark.substr(0, options_.benchmark.find('/'))};
        const auto selected = select(there, only, std::nullopt, interrupts_);
        if (!selected) return fail("{}: {}", text, selected.error().message);
        if (!selected->broken.empty()) return fail("{}: {}", text, selected->broken.front());
        const auto jobs = jobs_for(*selected);
        if (!jobs) return tl::unexpected(jobs.error());
        for (const run::Job& job : *jobs) {
            if (job.benchmark.id == options_.benchmark) return job;
        }
        return fail("{}: no benchmark '{}' (see `vmbench list`)", text, options_.benchmark);
    }

    Result<duel::CountedSides> count(const run::Job& base, const run::Job& head) {
        const auto turn = run::Turn::take(run::Turn::default_path(), interrupts_, [this] {
            progress_.say(
                "another run is measuring on this machine: waiting for it to end (Ctrl-C gives up)");
        });
        if (!turn) return tl::unexpected(turn.error());
        progress_.say(fmt::format("counting instructions of {} on both sides", options_.benchmark));
        return duel::count_sides(base, head, interrupts_);
    }

    const Options& options_;
    const Globals& globals_;
    run::Interrupts& interrupts_;
    run::Progress progress_{stderr, run::style_for(stderr)};
};

Outcome profile(const Options& options, const Globals& globals) {
    if (auto known = report::check_profile_format(options.format); !known)
        return tl::unexpected(known.error());
    if (options.benchmark.find('/') == std::string::npos) {
        return fail("'{}' is not a benchmark's name: SUITE/CASE is", options.benchmark);
    }
    auto interrupts = run::Interrupts::create();
    if (!interrupts) return tl::unexpected(interrupts.error());
    return Profiling(options, globals, *interrupts).run();
}

}  // namespace

Action declare_profile(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("BENCH", options->benchmark, "The benchmark: SUITE/CASE")->required();
    app.add_option("BASE", options->base, "A revision, or a build folder")->required();
    app.add_option("HEAD", options->head, "The same, of what is asked about")->required();
    app.add_option("--limit", options->limit, "Functions to show, those that moved most")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--repository", options->repository, "Where revisions are looked up")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--build-command", options->build_command,
                   "Builds a revision, at the top of its work tree")
        ->type_name("COMMAND")
        ->capture_default_str();
    app.add_option("--suites", options->suites, "Where that leaves the suite programs")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--format", options->format, report::profile_format_names())
        ->type_name("F")
        ->capture_default_str();
    app.add_option("--output,-o", options->output, "The file (default: -, standard output)")
        ->type_name("FILE");
    app.footer(
        "Counts the instructions of both builds under valgrind's callgrind, and of each function its own,\n"
        "without those of what it calls. Counts repeat where times do not; the program must not use "
        "instructions\n"
        "that valgrind does not know, so revisions are built with the portable preset.\n");
    return [options, &globals] { return profile(*options, globals); };
}

}  // namespace harness::cli
