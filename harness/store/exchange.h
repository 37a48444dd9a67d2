#pragma once

#include <cstddef>
#include <string>

#include "harness/store/connection.h"
#include "harness/store/parcel.h"
#include "harness/store/uuid.h"

namespace harness::store {

Result<Parcel> pack(Connection& connection, const std::string& baseline);

struct Unpacked {
    std::size_t new_runs = 0;
    std::size_t known_runs = 0;  // already in the store, with the same content
};

// Adds the runs and makes the baseline (named `name`) the set of them; all or nothing.
Result<Unpacked> unpack(Connection& connection, const Parcel& parcel, const std::string& name,
                        const RandomSource& random);

}  // namespace harness::store
