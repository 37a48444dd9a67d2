#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "harness/model/result.h"
#include "harness/run/interrupts.h"

namespace harness::run {

// Where a build command finds the number by which it is to order what it links, if it can.
inline constexpr std::string_view kLinkSeedVariable = "VMBENCH_LINK_SEED";

// How any revision of a project is built.
struct Recipe {
    std::filesystem::path repository;  // a folder inside it
    std::string command;               // for /bin/sh, run at the top of the work tree
    std::filesystem::path cache;       // folder of the work trees
    std::optional<int> link_seed{};  // the command finds it in kLinkSeedVariable; each is a build of its own
    std::chrono::nanoseconds time_limit = std::chrono::hours(1);
};

// A revision in a work tree of its own, built.
struct Checkout {
    std::string commit;
    std::filesystem::path tree;
};

// The full name of the commit that `revision` (a branch, a tag, the start of a commit's name) means.
Result<std::string> resolve_commit(const std::filesystem::path& repository, const std::string& revision,
                                   Interrupts& interrupts);

// The work tree of a commit built with this command, made when the cache does not have it. All trees' paths
// have the same length: the length of a path moves the stack and with it the figures. What the command prints
// goes to a log whose path the error names. `say` hears what takes time.
Result<Checkout> check_out(const Recipe& recipe, const std::string& commit, Interrupts& interrupts,
                           const std::function<void(std::string_view)>& say);

// Removes work trees of the cache, those built first going first, until `keep` are left; trees of commits
// that are needed, and trees being built, stay. How many went. The caller holds the turn to measure, so that
// no run is using them.
Result<std::size_t> prune_checkouts(const std::filesystem::path& cache, std::size_t keep,
                                    const std::set<std::string>& needed);

}  // namespace harness::run
