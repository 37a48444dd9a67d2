#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/run.h"
#include "harness/model/suite.h"

namespace harness::model {

// created: "new", a word C++ keeps for itself. not_comparable: both sides have the benchmark, but it does not
// do the same work on both.
enum class VerdictKind {
    improved,
    unchanged,
    regressed,
    inconclusive,
    created,
    missing,
    failed,
    not_comparable,
};

inline constexpr VerdictKind kAllVerdictKinds[] = {
    VerdictKind::regressed, VerdictKind::failed,  VerdictKind::missing,   VerdictKind::not_comparable,
    VerdictKind::improved,  VerdictKind::created, VerdictKind::unchanged, VerdictKind::inconclusive,
};

std::string_view to_string(VerdictKind kind);
Result<VerdictKind> parse_verdict_kind(std::string_view text);

// Exit codes of vmbench. Precedence where several apply: 2, 4, 5, 1, 3, 6.
enum class ExitCode {
    ok = 0,
    regression = 1,
    usage = 2,
    measurement_failed = 3,
    not_comparable = 4,
    run_void = 5,
    inconclusive = 6,
};

// head / base of one metric and its confidence interval, of stored runs widened by what sessions differ
// anyway.
struct Effect {
    double ratio = 1;
    double low = 1;
    double high = 1;
    bool operator==(const Effect&) const = default;
};

// deciding: the benchmark's primary metric; it alone counts for exit codes. reference: the primary metric of
// a row measured for orientation only. shown: every other metric of either.
enum class Role { deciding, shown, reference };

std::string_view to_string(Role role);

struct Verdict {
    std::string benchmark;
    std::string metric;
    std::string unit;
    Direction direction = Direction::lower;
    Role role = Role::deciding;
    VerdictKind kind = VerdictKind::inconclusive;
    std::optional<Effect> effect;  // none when one side has no values
    std::optional<double> base;    // median of the processes' values, in unit
    std::optional<double> head;
    double threshold = 0.05;  // smallest change that matters, as a fraction
    std::size_t n_base = 0;   // processes
    std::size_t n_head = 0;
    std::string note;      // why, when the kind does not say it all
    std::string accepted;  // the reviewed reason why this may be as it is: it does not fail then
    std::string owner;     // whom the rules name for it; empty: nobody
    std::optional<SourcePlace> source = {};  // of the case, in head; where the measurement told
    bool operator==(const Verdict&) const = default;
};

// stored: runs of different sessions. side_by_side: both sides measured in one, in pairs of processes; then
// no benchmark may vanish unnoticed.
enum class Method { stored, side_by_side };

// Geometric mean of the deciding rows of a group; above 1 is worse, whatever the direction.
struct GroupEffect {
    std::string group;
    std::size_t rows = 0;
    Effect effect;
    bool operator==(const GroupEffect&) const = default;
};

// A run against a baseline. Verdicts are in order of benchmark, deciding metric first.
struct Comparison {
    Method method = Method::stored;
    std::string baseline;  // its name; side by side: the base as it was named
    std::vector<std::string> baseline_runs;
    std::string run;
    std::string head;           // as it was named, side by side
    std::string base_revision;  // several are joined by ", "
    std::string head_revision;
    std::string base_machine_class;
    std::string head_machine_class;
    bool cross_machine = false;  // the machines differ, and the user asked for it all the same
    std::string refusal;         // why the two cannot be compared at all; then there are no verdicts
    std::string void_reason;     // why this pair of runs says nothing about the program
    std::string systemic;        // a worsening common to unrelated benchmarks, which fails as a regression
    std::vector<Verdict> verdicts;
    std::optional<Effect>
        overall;  // geometric mean of all deciding rows; above 1 is worse, whatever the direction
    std::vector<GroupEffect> groups;  // by name
    std::vector<std::string> notes;   // what a reader must know, one sentence each
    std::string judge_version;
    std::string rules_hash;
    bool operator==(const Comparison&) const = default;
};

// How many deciding verdicts are of this kind.
std::size_t count(const Comparison& comparison, VerdictKind kind);

}  // namespace harness::model
