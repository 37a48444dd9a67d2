#pragma once

#include "suites/common/case.h"

namespace suites::common {

// The whole of a suite program's main: plain Google Benchmark with all of its flags, --describe, and worker
// mode (--worker=CASE, see worker.h). Returns the exit code: 0, 1 when the check of a case failed (the other
// cases still ran), 2 for a wrong flag or filter.
int run_suite(const Suite& suite, int argc, char** argv);

// Makes one case known to Google Benchmark under its id.
void register_case(const Case& entry);

}  // namespace suites::common
