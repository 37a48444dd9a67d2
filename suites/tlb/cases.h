#pragma once

#include "suites/common/case.h"

namespace suites::tlb {

// The table: hits, refills, batches, walks, access patterns, address-space switches, flushes, and several
// threads on one TLB, each with its controls.
common::Suite suite();

}  // namespace suites::tlb
