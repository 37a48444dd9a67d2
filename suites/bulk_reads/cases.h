#pragma once

#include "suites/common/case.h"

namespace suites::bulk_reads {

// The table: {read, write} and their controls over sizes, then the error paths.
common::Suite suite();

}  // namespace suites::bulk_reads
