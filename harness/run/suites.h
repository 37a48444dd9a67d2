#pragma once

#include <filesystem>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "harness/model/run.h"
#include "harness/model/suite.h"
#include "harness/run/interrupts.h"

namespace harness::run {

// A suite and where its program is.
struct FoundSuite {
    model::Suite suite;
    std::filesystem::path program;
    bool is_suite = true;  // it has a manifest
};

// The manifests (*.json) of a folder, by name.
Result<std::vector<model::Manifest>> find_manifests(const std::filesystem::path& folder);

// Those of `manifests` that are named, in the order named; all when no names are given.
Result<std::vector<model::Manifest>> pick_manifests(const std::vector<model::Manifest>& manifests,
                                                    const std::vector<std::string>& names);

// Asks the suite's program (`--describe`) for its cases.
Result<FoundSuite> describe_suite(const std::filesystem::path& folder, const model::Manifest& manifest,
                                  Interrupts& interrupts);

// A Google Benchmark program without a manifest as a suite of its own: it is called as the program, and its
// cases are what `--benchmark_list_tests` lists, each with its processor time.
Result<FoundSuite> describe_program(const std::filesystem::path& program, Interrupts& interrupts);

// Which cases to measure; what is not given does not restrict.
struct Selection {
    std::optional<std::regex> filter;  // found anywhere in SUITE/CASE
    std::vector<std::string> tags;     // any of these
    std::optional<model::Profile> profile;
};

// The quick profile leaves out the cases without the tag "quick", of suites that use this tag.
std::vector<model::Case> selected_cases(const model::Suite& suite, const Selection& selection);

// A regular expression (ECMAScript), or one line that says what is wrong with it.
Result<std::regex> parse_filter(const std::string& text);

}  // namespace harness::run
