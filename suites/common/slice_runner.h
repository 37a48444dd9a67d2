#pragma once

#include <benchmark/benchmark.h>

#include "harness/model/worker.h"
#include "suites/common/case.h"

namespace suites::common {

// Runs one case in slices of a given number of iterations. What the case's body keeps between its calls is
// set up once a process. One at a time: Google Benchmark then knows this case and no other.
class SliceRunner {
  public:
    // A slowdown above 1 makes each slice run so many times the iterations that it reports: a self-test of
    // whoever measures.
    SliceRunner(const Case& entry, double slowdown);
    SliceRunner(const SliceRunner&) = delete;  // the library calls back
    SliceRunner& operator=(const SliceRunner&) = delete;

    // Touches the working set untimed, runs the iterations, and tells what they took: the processor time of
    // all threads and of the children reaped meanwhile, or what a case that reports its own time says. Wall
    // time is that of the timed loop, of the whole body for such a case. A failed check is the answer's
    // error, as are exceptions and an iteration count too small for the slowdown.
    harness::model::SliceAnswer run(const harness::model::SliceRequest& request);

  private:
    const Case& entry_;
    double slowdown_;
    benchmark::internal::Benchmark* registered_;  // the library's
    double body_seconds_ = 0;                     // wall time of the last call of the body
};

}  // namespace suites::common
