#include "suites/common/checked_runs.h"

#include <chrono>

#include <fmt/format.h>

#include "suites/common/child.h"

namespace suites::common {

CheckedRuns run_and_check(benchmark::State& state, const std::vector<std::string>& command,
                          const std::string& output) {
    CheckedRuns runs;
    for (auto _ : state) {
        const auto child = run_child(command);
        if (not child) {
            state.SkipWithError(child.error().c_str());
            return {};
        }
        if (child->exit_code != 0 or child->output != output) {
            state.SkipWithError(fmt::format("{}: exit code {}, printed '{}' and '{}'",
                                            fmt::join(command, " "), child->exit_code, child->output,
                                            child->messages)
                                    .c_str());
            return {};
        }
        const double seconds = std::chrono::duration<double>(child->cpu_time).count();
        state.SetIterationTime(seconds);
        runs.seconds += seconds;
        runs.messages = child->messages;
    }
    return runs;
}

}  // namespace suites::common
