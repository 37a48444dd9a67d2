#pragma once

#include <cstdint>

namespace harness::run {

// Runs a fixed amount of work that keeps all of a core's arithmetic units busy, about 40 us, and returns how
// long it took by the clock on the wall, in nanoseconds: the better of two runs, so that one interrupt does
// not count. It takes longer while a neighbour on the same core is busy or the core is clocked down, which
// processor time of a benchmark beside it does not show.
std::int64_t run_canary();

// The same on another CPU: moves the calling thread there, and to `home` afterwards. Returns 0 where it
// cannot be moved.
std::int64_t run_canary_on(int cpu, int home);

}  // namespace harness::run
