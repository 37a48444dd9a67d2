#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "harness/model/result.h"
#include "harness/run/interrupts.h"

namespace harness::run {

// The right to measure: two runs at once would measure each other. Held as a lock on a file, which the kernel
// lets go of however its holder ends.
class Turn {
  public:
    // The file that all runs of this user on this machine agree on.
    static std::filesystem::path default_path();

    // Waits until no other run holds it; calls `waiting` once before it starts to. An error when the file
    // cannot be made or a signal came while waiting.
    static Result<Turn> take(const std::filesystem::path& path, Interrupts& interrupts,
                             const std::function<void()>& waiting);

    // Whether a run holds it now.
    static bool is_taken(const std::filesystem::path& path);

    // At once, or nothing when another holds it.
    static Result<std::optional<Turn>> try_take(const std::filesystem::path& path);

    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&&) = delete;
    ~Turn();

  private:
    explicit Turn(int fd) : fd_(fd) {}

    int fd_;
};

}  // namespace harness::run
