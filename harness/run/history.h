#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/model/result.h"
#include "harness/run/interrupts.h"

namespace harness::run {

struct LoggedCommit {
    std::string id;       // its full name
    std::string subject;  // the first line of its message
    bool operator==(const LoggedCommit&) const = default;
};

// The commits after `good` up to `bad`, oldest first, along first parents: a merged branch counts as the one
// commit that merged it. Both are names of commits. An error when `good` is not an ancestor of `bad`, or is
// `bad` itself.
Result<std::vector<LoggedCommit>> commits_between(const std::filesystem::path& repository,
                                                  const std::string& good, const std::string& bad,
                                                  Interrupts& interrupts);

}  // namespace harness::run
