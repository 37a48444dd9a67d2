#include "harness/judge/exit_code.h"

#include <algorithm>
#include <vector>

namespace harness::judge {

namespace {

using model::ExitCode;
using model::VerdictKind;

constexpr ExitCode kPrecedence[] = {
    ExitCode::usage,      ExitCode::not_comparable,     ExitCode::run_void,
    ExitCode::regression, ExitCode::measurement_failed, ExitCode::inconclusive,
};

}  // namespace

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
    if (count(comparison, VerdictKind::regressed) > 0) codes.push_back(ExitCode::regression);
    const auto failed = [](const model::Verdict& verdict) { return verdict.kind == VerdictKind::failed; };
    if (std::ranges::any_of(comparison.verdicts, failed)) codes.push_back(ExitCode::measurement_failed);
    if (on_inconclusive == OnInconclusive::fail && count(comparison, VerdictKind::inconclusive) > 0) {
        codes.push_back(ExitCode::inconclusive);
    }
    return most_important(codes);
}

ExitCode exit_code(const model::RunRecord& record) {
    const auto failed = [](const model::Process& process) { return !process.error.empty(); };
    const bool complete = record.run.status == model::RunStatus::complete;
    const bool measured = std::ranges::none_of(record.processes, failed);
    return complete && measured ? ExitCode::ok : ExitCode::measurement_failed;
}

}  // namespace harness::judge
