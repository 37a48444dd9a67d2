#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

namespace harness::run {

// How long the hypervisor has let a CPU (all together without one) wait since the machine started, in steps
// of 10 ms as /proc/stat counts (proc(5), field "steal"). Nothing where the kernel does not say. `proc` is
// where /proc is found.
std::optional<std::chrono::nanoseconds> steal_time(std::optional<int> cpu,
                                                   const std::filesystem::path& proc = "/proc");

}  // namespace harness::run
