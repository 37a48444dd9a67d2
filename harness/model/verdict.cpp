#include "harness/model/verdict.h"

#include <algorithm>

#include "harness/model/names.h"

namespace harness::model {

namespace {

constexpr Name<VerdictKind> kKinds[] = {
    {VerdictKind::improved, "improved"},   {VerdictKind::unchanged, "unchanged"},
    {VerdictKind::regressed, "regressed"}, {VerdictKind::inconclusive, "inconclusive"},
    {VerdictKind::created, "new"},         {VerdictKind::missing, "missing"},
    {VerdictKind::failed, "failed"},       {VerdictKind::not_comparable, "not comparable"},
};

constexpr Name<Role> kRoles[] = {
    {Role::deciding, "deciding"}, {Role::shown, "shown"}, {Role::reference, "reference"}};

}  // namespace

std::string_view to_string(VerdictKind kind) { return name_of<VerdictKind>(kKinds, kind); }

std::string_view to_string(Role role) { return name_of<Role>(kRoles, role); }

Result<VerdictKind> parse_verdict_kind(std::string_view text) {
    return value_of<VerdictKind>(kKinds, "verdict", text);
}

std::size_t count(const Comparison& comparison, VerdictKind kind) {
    return static_cast<std::size_t>(std::ranges::count_if(comparison.verdicts, [&](const Verdict& verdict) {
        return verdict.role == Role::deciding && verdict.kind == kind;
    }));
}

}  // namespace harness::model
