#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "harness/model/result.h"

namespace harness::run {

// How the harness's CPU lies to the workers': apart is best; siblings are two hardware threads of one core
// and disturb each other; same is all there is where only one CPU is allowed.
enum class Distance { apart, siblings, same };

// Where single-threaded workers and the harness run.
struct Placement {
    int workers = 0;
    int harness = 0;
    Distance distance = Distance::apart;
    bool operator==(const Placement&) const = default;
};

// The CPUs that this process may use, ascending.
Result<std::vector<int>> allowed_cpus();

// The last of the allowed CPUs for the workers (kernels prefer the first ones for interrupts), and for the
// harness the first one of another core. `allowed` is ascending and not empty; `sys` is where /sys is found.
Placement choose_cpus(std::span<const int> allowed, const std::filesystem::path& sys = "/sys");

// Keeps the calling thread on one CPU until it goes.
class Pin {
  public:
    static Result<Pin> create(int cpu);

    Pin(Pin&& other) noexcept;
    Pin& operator=(Pin&&) = delete;
    ~Pin();

  private:
    explicit Pin(std::vector<int> before) : before_(std::move(before)) {}

    std::vector<int> before_;  // empty when there is nothing to undo
};

}  // namespace harness::run
