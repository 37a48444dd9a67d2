#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/model/result.h"
#include "harness/run/interrupts.h"

namespace harness::run {

// What a change is, and where its suites say which files they measure.
struct Change {
    std::filesystem::path repository;  // a folder inside it
    std::string base;                  // commits
    std::string head;
    std::string manifests = "suites/*/suite.json";  // a glob (harness/model/glob.h) from the repository's top
};

// Suites by name, told apart by their manifests' `paths`.
struct ConcernedSuites {
    std::vector<std::string> concerned;
    std::vector<std::string> untouched;
    std::size_t changed_files = 0;
};

// A suite is concerned unless its manifest has `paths` and no file that differs between base and head matches
// any of them. The manifests of both commits count: a change cannot excuse itself by narrowing them, and a
// new suite has one in head alone. Asks git alone, so that nothing need be built. It is an error when neither
// commit has a manifest, or one that cannot be read.
Result<ConcernedSuites> concerned_suites(const Change& change, Interrupts& interrupts);

}  // namespace harness::run
