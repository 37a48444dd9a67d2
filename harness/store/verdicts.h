#pragma once

#include <cstdint>

#include "harness/model/verdict.h"
#include "harness/store/connection.h"

namespace harness::store {

// Keeps a comparison's verdicts for reports; those of an earlier comparison of the same two are replaced.
// Disposable: they can be judged again from the samples.
Result<void> record_verdicts(Connection& connection, const model::Comparison& comparison,
                             std::int64_t now_ns);

}  // namespace harness::store
