#include "suites/common/booted_guest.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "suites/common/memory_file.h"
#include "vm/booted/initramfs.h"
#include "vm/booted/shell.h"

namespace suites::common {
namespace {

using std::chrono::milliseconds;

// A guest that uses less than a twentieth of so long waits for input.
constexpr milliseconds kLook{5};
constexpr int kIdleShare = 20;

std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The end of the console's output, fit to be shown in a message.
std::string last_of(const std::string& output) {
    constexpr std::size_t kShown = 600;
    std::string text = output.substr(output.size() - std::min(output.size(), kShown));
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < ' ' and c != '\n'; });
    return text;
}

}  // namespace

tl::expected<void, std::string> BootedGuest::boot() {
    if (console_) {
        return {};
    }
    const std::string program = contents(boot_.program);
    const std::string initramfs = contents(boot_.initramfs);
    if (program.empty() or initramfs.empty()) {
        return tl::unexpected(
            fmt::format("cannot read '{}'", (program.empty() ? boot_.program : boot_.initramfs).string()));
    }
    const MemoryFile initrd;
    if (not initrd.append(initramfs) or
        not initrd.append(vm::booted::initramfs_with(boot_.program.filename().string(), program))) {
        return tl::unexpected(std::string("no memory for the guest's initial root file system"));
    }
    console_.emplace(boot_.command(initrd.path()), boot_.boot_limit);
    if (not vm::booted::wait_for_shell(*console_)) {
        return no_answer("no shell");
    }
    // What the kernel says is no program's output.
    if (not vm::booted::run_command(*console_, "dmesg -n 1")) {
        return no_answer("no answer of the shell");
    }
    return {};
}

void BootedGuest::run_and_check(benchmark::State& state, const std::string& output) {
    if (const auto up = boot(); not up) {
        state.SkipWithError(up.error().c_str());
        return;
    }
    for (auto _ : state) {
        const auto time = timed_run(output);
        if (not time) {
            state.SkipWithError(time.error().c_str());
            return;
        }
        state.SetIterationTime(std::chrono::duration<double>(*time).count());
    }
}

tl::expected<BootedGuest::Time, std::string> BootedGuest::timed_run(const std::string& output) {
    const std::string path = fmt::format("/{}", boot_.program.filename().string());
    console_->allow(boot_.run_limit);
    const auto begin = time_when_idle();
    const auto printed = vm::booted::run_command(*console_, path);
    if (not printed) {
        return no_answer(fmt::format("no end of {}", path));
    }
    if (*printed != output) {
        return failure(fmt::format("{} printed '{}', not '{}'", path, *printed, output));
    }
    const auto end = time_when_idle();
    if (not begin or not end) {
        return failure("it never came to rest");
    }
    return *end - *begin;
}

// The prompt comes before the shell waits behind it.
std::optional<BootedGuest::Time> BootedGuest::time_when_idle() {
    const auto give_up = std::chrono::steady_clock::now() + boot_.run_limit;
    auto before = console_->cpu_time();
    while (before and std::chrono::steady_clock::now() < give_up) {
        std::this_thread::sleep_for(kLook);
        const auto now = console_->cpu_time();
        if (now and *now - *before < Time(kLook) / kIdleShare) {
            return now;
        }
        before = now;
    }
    return std::nullopt;
}

tl::unexpected<std::string> BootedGuest::no_answer(const std::string& to) {
    const int code = console_->exit_code();
    return failure(code < 0 ? fmt::format("{} in time", to)
                            : fmt::format("{}: it ended with exit code {}", to, code));
}

// Ends the guest: nobody knows what it would print next.
tl::unexpected<std::string> BootedGuest::failure(const std::string& what) {
    const std::string output = last_of(console_->output());
    console_.reset();
    return tl::unexpected(fmt::format("guest with {}: {}; the last of its console:\n{}",
                                      boot_.program.filename().string(), what, output));
}

}  // namespace suites::common
