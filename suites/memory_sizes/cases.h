#pragma once

#include "suites/common/case.h"

namespace suites::memory_sizes {

// The table: {read, write} x {1, 2, 4, 8 bytes} x {aligned, unaligned} x footprints, each with its raw
// control.
common::Suite suite();

}  // namespace suites::memory_sizes
