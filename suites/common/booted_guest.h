#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <tl/expected.hpp>

#include "vm/booted/guest_console.h"

namespace suites::common {

// How to boot a guest of scripts/guest-image with one program more.
struct GuestBoot {
    std::filesystem::path initramfs;
    std::filesystem::path program;  // /NAME in the guest
    // The command that boots it: given the path of the initial root file system, which has the program.
    std::function<std::vector<std::string>(const std::string& initrd)> command;
    std::chrono::milliseconds boot_limit = std::chrono::seconds(30);
    std::chrono::milliseconds run_limit = std::chrono::seconds(20);
};

// A program inside of a guest that is booted at its first use and runs it as often as it is asked to. The
// guest is killed when this goes, or this process does.
class BootedGuest {
  public:
    explicit BootedGuest(GuestBoot boot) : boot_(std::move(boot)) {}

    // Boots it, unless it is up. The error says what went wrong, with the last of its console's output.
    tl::expected<void, std::string> boot();

    // Types the program's path at the guest's prompt once an iteration; the iteration's time is the user and
    // system time of all threads of the process that the guest lives in, from one prompt to the next, until
    // the guest is idle. A run that prints anything but `output`, does not end or ends the guest fails the
    // case.
    void run_and_check(benchmark::State& state, const std::string& output);

  private:
    using Time = std::chrono::nanoseconds;

    tl::expected<Time, std::string> timed_run(const std::string& output);
    std::optional<Time> time_when_idle();
    tl::unexpected<std::string> no_answer(const std::string& to);
    tl::unexpected<std::string> failure(const std::string& what);

    GuestBoot boot_;
    std::optional<vm::booted::GuestConsole> console_;  // of the guest that is up
};

}  // namespace suites::common
