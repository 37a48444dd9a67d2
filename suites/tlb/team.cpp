#include "suites/tlb/team.h"

#include <latch>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace suites::tlb {

std::string team_text(unsigned threads) {
    const auto cpus = static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN));
    const std::string text = fmt::format("{}_{}", threads, threads == 1 ? "thread" : "threads");
    return threads <= cpus ? text : fmt::format("{}_on_{}_cpus", text, cpus);
}

std::uint64_t share_of(std::uint64_t total, unsigned threads, unsigned member) {
    return total / threads + (member < total % threads ? 1 : 0);
}

void time_team(benchmark::State& state, unsigned threads,
               const std::function<void(unsigned member, std::uint64_t share)>& work) {
    const auto total = static_cast<std::uint64_t>(state.max_iterations);
    std::latch ready(threads + 1);
    std::latch start(1);
    std::latch done(threads);
    std::vector<std::thread> members;
    for (unsigned member = 0; member < threads; ++member) {
        members.emplace_back([&, member] {
            ready.count_down();
            start.wait();
            work(member, share_of(total, threads, member));
            done.count_down();
        });
    }
    ready.arrive_and_wait();
    while (state.KeepRunningBatch(state.max_iterations)) {
        start.count_down();
        done.wait();
    }
    for (std::thread& member : members) {
        member.join();
    }
}

}  // namespace suites::tlb
