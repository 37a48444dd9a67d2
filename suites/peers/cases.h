#pragma once

#include "suites/common/case.h"
#include "suites/common/runners.h"

namespace suites::peers {

// The table: each guest program natively, on the interpreter, on the JIT and, where it is there, on QEMU;
// where there is a guest to boot, those that compute also inside of it, booted by vm and, where it is there,
// by QEMU.
common::Suite suite(const common::Runners& runners);

// With the runners found around this program.
common::Suite suite();

}  // namespace suites::peers
