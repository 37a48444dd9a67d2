#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <benchmark/benchmark.h>

namespace suites::tlb {

// "4_threads", or "4_threads_on_2_cpus" where they must take turns. The CPUs are the machine's, however few
// of them this process may use, so that a pinned worker knows the case by the same name.
std::string team_text(unsigned threads);

// Times `work(member, share)` on that many threads at once, which together do the iterations asked of the
// state. The threads exist before the clock starts, and it stops when the last one is done. (The library's
// own threads report wrong times when there are more of them than CPUs.)
void time_team(benchmark::State& state, unsigned threads,
               const std::function<void(unsigned member, std::uint64_t share)>& work);

// What one member of a team has to do.
std::uint64_t share_of(std::uint64_t total, unsigned threads, unsigned member);

}  // namespace suites::tlb
