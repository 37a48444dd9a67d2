#pragma once

#include <string>

#include "harness/judge/acceptances.h"
#include "harness/judge/rules.h"
#include "harness/model/result.h"
#include "harness/run/interrupts.h"

namespace harness::cli {

// The reviewed files that say which changes matter and which were accepted. An empty name: no such file.
struct PolicyFiles {
    std::string rules;
    std::string accepted;
};

// What they say.
struct ReviewedPolicy {
    judge::Rules rules;
    judge::Acceptances accepted;
};

// No name: the default threshold everywhere.
Result<judge::Rules> read_rules(const std::string& path);

Result<ReviewedPolicy> read_policy(const PolicyFiles& files);

// The files as a commit of the repository around `folder` has them, named from that folder: so a change that
// comes after the commit cannot excuse itself. A file that the commit does not have says nothing.
Result<ReviewedPolicy> policy_at(const std::string& commit, const std::string& folder,
                                 const PolicyFiles& files, run::Interrupts& interrupts);

// Today by the clock, in UTC, as 2026-11-30.
std::string today();

}  // namespace harness::cli
