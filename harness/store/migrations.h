#pragma once

#include <span>

namespace harness::store {

// One step of the schema. Applied in order, each in its own transaction; the table schema_version(version,
// applied_ns) records what a file has. A released step is never edited: add another one.
struct Migration {
    int version;
    const char* name;
    const char* sql;
};

std::span<const Migration> migrations();

int newest_version();

}  // namespace harness::store
