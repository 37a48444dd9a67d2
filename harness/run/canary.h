#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace harness::run {

// Runs a fixed amount of work that keeps all of a core's arithmetic units busy, about 40 us, and returns how
// long it took by the clock on the wall, in nanoseconds: the better of two runs, so that one interrupt does
// not count. It takes longer while a neighbour on the same core is busy or the core is clocked down, which
// processor time of a benchmark beside it does not show.
std::int64_t run_canary();

// The same on another CPU: moves the calling thread there, and to `home` afterwards. Returns 0 where it
// cannot be moved.
std::int64_t run_canary_on(int cpu, int home);

// The undisturbed time of the canary as far as it is known: the shortest of the last readings. Of the last
// ones only, because the clock a core can hold moves with the room's temperature and what its neighbours do.
class CanaryFloor {
  public:
    explicit CanaryFloor(std::size_t readings = 128) : most_(readings) {}

    // ns: 0 (no canary) is not a reading.
    void note(std::int64_t ns);

    // 0 before the first reading.
    std::int64_t ns() const;

  private:
    std::size_t most_;
    std::deque<std::int64_t> last_;
};

}  // namespace harness::run
