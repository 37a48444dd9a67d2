#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "harness/cli/command.h"
#include "harness/cli/select.h"
#include "harness/duel/sides.h"
#include "harness/judge/acceptances.h"
#include "harness/judge/paired.h"
#include "harness/judge/rules.h"
#include "harness/store/connection.h"

namespace harness::cli {

// What is measured against what, and how.
struct Matchup {
    std::string base;  // a revision, a build folder or a program
    std::string head;
    std::string command;  // a command line to measure instead of benchmarks; run in each side's folder
    duel::SideSettings sides;
    SelectOptions select;
    judge::Rules rules;
    bool references = false;  // measure reference rows, too
    judge::Acceptances accepted;
    judge::GateSettings gate;
    double min_effect = judge::kSmallestMinimumEffect;
    bool instructions = false;  // counted, too
    int relink = 0;             // link orders of each side to learn from; 0: none
    std::chrono::nanoseconds budget{};
    std::uint64_t seed = 0;
    std::string note;  // of the stored run
    // Hears of the run once it is stored, before it measures; an error ends it.
    std::function<Result<void>(const std::string& run_id)> begun;
};

// Builds what is to be built and says, without measuring more than what a slice takes, how many pairs and
// minutes there would be and which changes they would show.
Outcome plan_side_by_side(const Matchup& matchup, const Globals& globals, store::Connection& connection,
                          run::Interrupts& interrupts);

// Measures both sides in turns and stores every pair at once. The verdicts are stored, too.
tl::expected<model::Comparison, Failure> measure_side_by_side(const Matchup& matchup, const Globals& globals,
                                                              store::Connection& connection,
                                                              run::Interrupts& interrupts);

// Options that all commands share which measure side by side.
struct MatchupOptions {
    SelectOptions select;
    std::string repository = ".";
    std::string build_command = duel::preset_build_command("release");
    std::string suites = duel::preset_suites("release");
    std::vector<std::string> programs;
    std::string command;
    std::string budget = "20m";
    std::string threshold;
    std::string min_effect = "1%";
    std::string alpha = "0.5%";
    std::string power = "90%";
    std::string bad_conditions = "void";
    std::vector<std::string> metrics = {"time"};
    int relink = 0;
    std::optional<std::uint64_t> seed;
    bool references = false;
    bool plan = false;
    bool fail_on_inconclusive = false;
};

void declare_matchup(CLI::App& app, MatchupOptions& options);

// Those of them about how revisions become builds, and about any measurement of two.
void declare_sides(CLI::App& app, MatchupOptions& options);

// A matchup of these two sides, with what the options say; the rules are the caller's.
Result<Matchup> read_matchup(const MatchupOptions& options, judge::Rules rules);

}  // namespace harness::cli
