#include "harness/run/canary.h"

#include <algorithm>
#include <chrono>

#include <sched.h>

namespace harness::run {

namespace {

constexpr int kRounds = 24'000;

// Six chains that do not wait for one another: four or more operations a cycle on current cores.
void work() {
    std::uint64_t a = 1;
    std::uint64_t b = 2;
    std::uint64_t c = 3;
    std::uint64_t d = 4;
    std::uint64_t e = 5;
    std::uint64_t f = 6;
    for (std::uint64_t i = 0; i < kRounds; ++i) {
        a += i;
        b ^= i;
        c -= i;
        d = (d << 1) ^ i;
        e = (e >> 1) + i;
        f += b;
        // Otherwise the loop would be computed in advance, or several rounds at once.
        asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
    }
}

std::int64_t timed_work() {
    const auto started = std::chrono::steady_clock::now();
    work();
    return (std::chrono::steady_clock::now() - started).count();
}

bool move_to(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(cpu), &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

}  // namespace

std::int64_t run_canary() {
    const std::int64_t first = timed_work();
    return std::max<std::int64_t>(std::min(first, timed_work()), 1);
}

std::int64_t run_canary_on(int cpu, int home) {
    if (cpu == home) return run_canary();
    if (!move_to(cpu)) return 0;
    const std::int64_t ns = run_canary();
    move_to(home);
    return ns;
}

}  // namespace harness::run
