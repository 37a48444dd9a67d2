#include "harness/judge/exit_code.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace harness::judge {

namespace {

using model::ExitCode;
using model::VerdictKind;

constexpr ExitCode kPrecedence[] = {
    ExitCode::usage,      ExitCode::not_comparable,     ExitCode::run_void,
    ExitCode::regression, ExitCode::measurement_failed, ExitCode::inconclusive,
};

}  // namespace

ExitCode exit_code(const model::Verdict& verdict, model::Method method) {
    if (verdict.kind == VerdictKind::failed) return ExitCode::measurement_failed;
    if (verdict.role != model::Role::deciding || !verdict.accepted.empty()) return ExitCode::ok;
    switch (verdict.kind) {
        case VerdictKind::regressed:
            return ExitCode::regression;
        case VerdictKind::missing:
            return method == model::Method::side_by_side ? ExitCode::regression : ExitCode::ok;
        case VerdictKind::not_comparable:
            return ExitCode::not_comparable;
        default:
            return ExitCode::ok;
    }
}

ExitCode most_important(std::span<const ExitCode> codes) {
    for (const ExitCode code : kPrecedence) {
        if (std::ranges::find(codes, code) != codes.end()) return code;
    }
    return ExitCode::ok;
}

ExitCode exit_code(const model::Comparison& comparison, OnInconclusive on_inconclusive) {
    std::vector<ExitCode> codes;
    if (!comparison.refusal.empty()) codes.push_back(ExitCode::not_comparable);
    if (!comparison.void_reason.empty()) codes.push_back(ExitCode::run_void);
    if (!comparison.systemic.empty()) codes.push_back(ExitCode::regression);
    for (const model::Verdict& verdict : comparison.verdicts) {
        codes.push_back(exit_code(verdict, comparison.method));
    }
    if (on_inconclusive == OnInconclusive::fail && count(comparison, VerdictKind::inconclusive) > 0) {
        codes.push_back(ExitCode::inconclusive);
    }
    return most_important(codes);
}

void name_owner(model::Verdict& verdict, model::Method method) {
    if (verdict.owner.empty() || exit_code(verdict, method) == ExitCode::ok) return;
    verdict.note += fmt::format("{}owner: {}", verdict.note.empty() ? "" : "; ", verdict.owner);
}

ExitCode exit_code(const model::RunRecord& record) {
    const auto failed = [](const model::Process& process) { return !process.error.empty(); };
    const bool complete = record.run.status == model::RunStatus::complete;
    const bool measured = std::ranges::none_of(record.processes, failed);
    return complete && measured ? ExitCode::ok : ExitCode::measurement_failed;
}

}  // namespace harness::judge
