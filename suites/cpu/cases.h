#pragma once

#include "suites/common/case.h"
#include "suites/cpu/runners.h"

namespace suites::cpu {

// The table: each guest program on the interpreter, natively and, where it is there, on QEMU.
common::Suite suite(const Runners& runners);

// With the runners found around this program.
common::Suite suite();

}  // namespace suites::cpu
