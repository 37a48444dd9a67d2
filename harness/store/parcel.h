#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/run.h"
#include "harness/store/catalog.h"

namespace harness::store {

// A baseline with everything its runs measured, as it travels between stores.
struct Parcel {
    std::string name;
    std::int64_t created_ns = 0;
    std::vector<SuiteText> suites;
    std::vector<model::RunRecord> runs;  // builds and processes carry positions in `builds` as ids, not UUIDs
};

// Portable JSON: members in a fixed order, one line a benchmark and a process, so that two exports of the
// same baseline are the same bytes and a changed one is a readable difference.
std::string write_parcel(const Parcel& parcel);

// The file may be damaged or hostile: anything that does not fit is an error that says where.
Result<Parcel> read_parcel(std::string_view json);

}  // namespace harness::store
