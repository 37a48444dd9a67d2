#pragma once

#include <string>

namespace suites::common {

// What this program was made with; goes into the context of every result.
struct BuildInfo {
    std::string compiler;  // name and version
    std::string flags;     // as given by the build, optimisation included
    std::string revision;  // git revision, "-dirty" appended when changed since; empty outside a repository
};

BuildInfo build_info();

}  // namespace suites::common
