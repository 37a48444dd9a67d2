#pragma once

#include <string>

#include "harness/model/worker.h"
#include "suites/common/case.h"

namespace suites::common {

// What the worker of a case says first.
harness::model::WorkerHello greeting(const Suite& suite, const Case& entry, double slowdown);

// Speaks the worker protocol (harness/model/worker.h) for one case: greets, then runs a slice for each
// request until its input ends. Takes standard input and output for itself: what the case or its children
// print goes to standard error, and they read nothing. Returns the exit code: 0 at the end of the input, 2
// when a request was none (standard error says why).
int run_worker(const Suite& suite, const Case& entry, double slowdown);

}  // namespace suites::common
