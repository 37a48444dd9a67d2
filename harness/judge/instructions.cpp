#include "harness/judge/instructions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace harness::judge {

namespace {

using model::Role;
using model::Verdict;
using model::VerdictKind;

constexpr std::size_t kMostNamed = 5;  // benchmarks in one note

std::optional<double> ratio_of(const InstructionCount& count) {
    if (!count.base || !count.head || *count.base <= 0 || *count.head <= 0) return std::nullopt;
    return *count.head / *count.base;
}

bool rose(const InstructionCount& count) {
    const auto ratio = ratio_of(count);
    return ratio && *ratio > 1 + kSuspiciousInstructions;
}

std::string change(double ratio) { return fmt::format("{:+.1f} %", 100 * (ratio - 1)); }

VerdictKind kind_of(double ratio) {
    if (ratio > 1 + kSuspiciousInstructions) return VerdictKind::inconclusive;
    return ratio < 1 - kSuspiciousInstructions ? VerdictKind::improved : VerdictKind::unchanged;
}

Verdict verdict_of(const InstructionCount& count, double ratio) {
    Verdict verdict;
    verdict.benchmark = count.benchmark;
    verdict.metric = kInstructions;
    verdict.unit = kInstructions;
    verdict.role = Role::shown;
    verdict.kind = kind_of(ratio);
    verdict.effect = model::Effect{ratio, ratio, ratio};
    verdict.base = count.base;
    verdict.head = count.head;
    verdict.threshold = kSuspiciousInstructions;
    verdict.n_base = verdict.n_head = 1;
    if (rose(count)) verdict.note = fmt::format("suspect: {} instructions; time decides", change(ratio));
    return verdict;
}

void note_layout(model::Comparison& comparison, const InstructionCount& count, double ratio) {
    if (std::abs(ratio - 1) > kEqualInstructions) return;
    for (Verdict& verdict : comparison.verdicts) {
        const bool slower = verdict.metric == "time" && verdict.role == Role::deciding &&
                            verdict.kind == VerdictKind::regressed;
        if (!slower || verdict.benchmark != count.benchmark) continue;
        verdict.note += fmt::format("{}time up, instructions equal: code layout or memory suspected",
                                    verdict.note.empty() ? "" : "; ");
    }
}

// "a, b and 3 more"
std::string list(const std::vector<std::string>& names) {
    const std::size_t named = std::min(names.size(), kMostNamed);
    std::string text;
    for (std::size_t i = 0; i < named; ++i) text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > named) text += fmt::format(" and {} more", names.size() - named);
    return text;
}

void note_suspects(model::Comparison& comparison, std::span<const InstructionCount> counts) {
    std::vector<std::string> suspects;
    for (const InstructionCount& count : counts) {
        if (rose(count))
            suspects.push_back(fmt::format("{} ({})", count.benchmark, change(*ratio_of(count))));
    }
    if (suspects.empty()) return;
    comparison.notes.push_back(fmt::format(
        "more instructions make suspects, on which time decides: {}; `vmbench profile` shows where they are",
        list(suspects)));
}

// One note a reason: a build for this very CPU fails everywhere alike.
void note_uncounted(model::Comparison& comparison, std::span<const InstructionCount> counts) {
    std::map<std::string, std::vector<std::string>> reasons;
    for (const InstructionCount& count : counts) {
        if (ratio_of(count)) continue;
        reasons[count.error.empty() ? "there are none" : count.error].push_back(count.benchmark);
    }
    for (const auto& [reason, benchmarks] : reasons) {
        comparison.notes.push_back(
            fmt::format("instructions not counted of {}: {}", list(benchmarks), reason));
    }
}

}  // namespace

bool is_suspect(std::string_view benchmark, std::span<const InstructionCount> counts) {
    return std::ranges::any_of(
        counts, [&](const InstructionCount& count) { return count.benchmark == benchmark && rose(count); });
}

void add_instructions(model::Comparison& comparison, std::span<const InstructionCount> counts) {
    for (const InstructionCount& count : counts) {
        const auto ratio = ratio_of(count);
        if (!ratio) continue;
        note_layout(comparison, count, *ratio);
        comparison.verdicts.push_back(verdict_of(count, *ratio));
    }
    std::ranges::stable_sort(comparison.verdicts, {}, [](const Verdict& verdict) {
        return std::pair(verdict.benchmark, verdict.role == Role::shown);
    });
    note_suspects(comparison, counts);
    note_uncounted(comparison, counts);
}

}  // namespace harness::judge
