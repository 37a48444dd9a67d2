#pragma once

#include "suites/common/case.h"

namespace suites::volatile_vs_plain {

// The table: {read, write, update} x {plain, volatile} x element types and sizes; the relaxed atomics that
// guest memory is touched with, at 1 KiB of u32.
common::Suite suite();

}  // namespace suites::volatile_vs_plain
