#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "harness/model/build.h"
#include "harness/model/result.h"
#include "harness/run/interrupts.h"

namespace harness::run {

struct Revision {
    std::string commit;  // empty outside a Git repository
    bool dirty = false;  // tracked files differ from the commit
};

// The Git commit of the work tree that `folder` is in.
Revision git_revision(const std::filesystem::path& folder, Interrupts& interrupts);

// XXH3 (128 bits) of a file's content, in hexadecimal.
Result<std::string> hash_file(const std::filesystem::path& path);

// What a suite program is: `context` is that of its Google Benchmark output, whose own keys "compiler",
// "flags" and "revision" ("-dirty" at its end when the sources had changed) say more than the repository
// around it does.
model::Build describe_build(const std::string& program_hash, const Revision& around,
                            const std::map<std::string, std::string>& context);

}  // namespace harness::run
