#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/pinning.h"

namespace harness::run {

// One thing about this machine that measurements feel.
struct Condition {
    enum class State { ok, noisy, unknown };
    std::string name;
    std::string value;
    State state = State::ok;
    std::string advice;  // why it is noisy and what to do; empty when it is not
    bool operator==(const Condition&) const = default;
};

// What the kernel says of the CPU that workers run on and of the whole machine: governor, turbo, SMT,
// isolation, load, address space randomisation, clock source, steal since the start. `root` is where /proc
// and /sys are found. What it does not say is unknown, or left out where it has no meaning then.
std::vector<Condition> read_conditions(const Placement& placement, const std::filesystem::path& root = "/");

// What only a look at the running system tells.
struct Probe {
    std::chrono::nanoseconds duration{};
    std::optional<std::chrono::nanoseconds> stolen;  // from all CPUs together meanwhile
    std::chrono::nanoseconds clock_step{};           // of the clock of processor time, the shortest seen
    int niceness = 0;                                // of this process, which workers inherit
    bool others_measure = false;                     // another run holds the turn
};

// Keeps this thread busy for so long.
Probe probe(std::chrono::nanoseconds duration, const std::filesystem::path& turn);

std::vector<Condition> conditions_of(const Probe& probe);

}  // namespace harness::run
