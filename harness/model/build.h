#pragma once

#include <string>

namespace harness::model {

// What a suite program was made from.
struct Build {
    std::string id;  // UUID, given by the store
    std::string revision;
    bool dirty = false;  // the work tree differed from the revision
    std::string compiler;
    std::string flags;
    std::string program_hash;  // of the suite program's bytes: equal hashes are the same program
    bool operator==(const Build&) const = default;
};

}  // namespace harness::model
