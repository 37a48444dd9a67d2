#pragma once

#include <map>
#include <string>
#include <utility>

#include "harness/model/run.h"
#include "harness/run/build.h"
#include "harness/run/measure.h"
#include "harness/store/connection.h"
#include "harness/store/pairs.h"
#include "harness/store/uuid.h"

namespace harness::cli {

// What one side of a pair ran, and the work tree that it is from.
struct MeasuredSide {
    const run::Job& job;
    run::Revision revision;
};

// Stores the pairs of one run, each as soon as it is measured, in the order measured, with the builds of
// their programs. The run and its benchmarks are stored before.
class PairLog {
  public:
    PairLog(store::Connection& connection, std::string run_id, store::RandomSource random);

    Result<void> keep(const model::Benchmark& benchmark, store::Stage stage, const MeasuredSide& base,
                      const MeasuredSide& head, const model::Pair& pair);

  private:
    Result<std::string> build_of(const MeasuredSide& side);

    store::Connection& connection_;
    std::string run_id_;
    store::RandomSource random_;
    std::map<std::pair<std::string, std::string>, std::string> builds_;  // ids by program hash and commit
    int position_ = 0;
};

}  // namespace harness::cli
