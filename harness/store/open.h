#pragma once

#include <cstdint>
#include <filesystem>

#include "harness/store/connection.h"

namespace harness::store {

// Opens the store at `path` and brings its schema up to date; a missing file (and its folder) is created. A
// file that is some other database, or that a newer version wrote, is refused. `now_ns` (UTC) is recorded
// with migrations.
Result<Connection> open_store(const std::filesystem::path& path, std::int64_t now_ns);

}  // namespace harness::store
