#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"
#include "harness/run/interrupts.h"

namespace harness::duel {

// How a side that is a revision becomes suite programs.
struct SideSettings {
    std::filesystem::path repository = ".";
    std::string build_command;     // for /bin/sh, at the top of the work tree
    std::filesystem::path suites;  // where the command leaves the suite programs, from the top of the tree
    std::filesystem::path cache;   // of work trees
    std::vector<std::filesystem::path> programs = {};  // Google Benchmark programs there, instead of suites
    bool nothing_wanted = false;                       // neither: only the tree counts
    std::optional<int> link_seed{};                    // build it in this link order
};

// How this project builds its suites with one of its presets, and what they start; the tests, which take most
// of a build's time, are not measured.
std::string preset_build_command(std::string_view preset);
// Where that leaves them.
std::string preset_suites(std::string_view preset);

// One side of a comparison.
struct BuiltSide {
    std::string text;              // as it was named
    std::string commit;            // of a revision; empty for a folder or a program
    std::filesystem::path tree;    // the work tree, or the folder named or of the program
    std::filesystem::path suites;  // empty when there are programs
    std::vector<std::filesystem::path> programs;
};

// $XDG_CACHE_HOME/vmbench, or ~/.cache/vmbench.
std::filesystem::path default_cache();

// A file is a benchmark program. A folder is a build: its suite programs lie in it, or where builds of this
// project put them. Anything else is a revision, which is built when the cache does not have it; only
// revisions can be linked in another order.
Result<BuiltSide> resolve_side(const std::string& text, const SideSettings& settings,
                               run::Interrupts& interrupts, const std::function<void(std::string_view)>& say);

}  // namespace harness::duel
