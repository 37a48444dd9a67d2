#pragma once

// For tests: a target of three threads that runs nothing. It keeps registers and memory, and notes in words
// what it was told to do.

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "vm/debug/debug_target.h"

namespace vm::debug {

class FakeTarget final : public DebugTarget {
  public:
    static constexpr ThreadId kFirst{1};
    static constexpr ThreadId kSecond{2};
    static constexpr ThreadId kThird{0x1f};
    static constexpr std::uint64_t kMemory = 0x1000;  // where it begins
    static constexpr std::uint64_t kMemorySize = 0x5000;

    // Registers 0 to 3 are general, of 8 bytes; 3 is the pc. Beyond them there are one of 4 bytes, an unused
    // number, and one that can be neither read nor written.
    static constexpr unsigned kPc = 3;
    static constexpr unsigned kSmall = 4;
    static constexpr unsigned kUnused = 5;
    static constexpr unsigned kBroken = 6;

    std::vector<ThreadInfo> threads() const override { return threads_; }
    std::string target_description() const override {
        return "<?xml version=\"1.0\"?><target version=\"1.0\"><feature name=\"fake\"/></target>";
    }

    unsigned register_count() const override { return 7; }
    unsigned general_register_count() const override { return 4; }
    unsigned pc_register() const override { return kPc; }
    std::size_t register_size(unsigned number) const override {
        return number == kUnused ? 0 : number == kSmall ? 4 : 8;
    }
    Result<std::vector<std::byte>> read_register(ThreadId thread, unsigned number) const override {
        if (number == kBroken) {
            return fail("register {} is not there now", number);
        }
        const auto found = registers_.find({raw(thread), number});
        return found != registers_.end() ? found->second : std::vector<std::byte>(register_size(number));
    }
    Result<void> write_register(ThreadId thread, unsigned number, std::span<const std::byte> value) override {
        if (number == kBroken) {
            return fail("register {} is not there now", number);
        }
        registers_[{raw(thread), number}] = {value.begin(), value.end()};
        return {};
    }

    Result<std::vector<std::byte>> read_memory(ThreadId, std::uint64_t address,
                                               std::size_t length) const override {
        const std::uint64_t offset = address - kMemory;
        if (offset >= kMemorySize) {
            return fail("no memory at {:#x}", address);
        }
        const auto first = memory_.begin() + static_cast<std::ptrdiff_t>(offset);
        const auto readable = std::min<std::uint64_t>(length, kMemorySize - offset);
        return std::vector<std::byte>(first, first + static_cast<std::ptrdiff_t>(readable));
    }
    Result<void> write_memory(ThreadId, std::uint64_t address, std::span<const std::byte> bytes) override {
        const std::uint64_t offset = address - kMemory;
        if (offset > kMemorySize or bytes.size() > kMemorySize - offset) {
            return fail("no memory at {:#x}", address);
        }
        std::copy(bytes.begin(), bytes.end(), memory_.begin() + static_cast<std::ptrdiff_t>(offset));
        return {};
    }

    bool supports(BreakpointKind kind) const override { return kind != BreakpointKind::read_watch; }
    Result<void> insert_breakpoint(const Breakpoint& breakpoint) override {
        if (breakpoint.kind == BreakpointKind::hardware) {
            return fail("all hardware breakpoints are in use");
        }
        note(fmt::format("insert {} {:#x} {}", static_cast<int>(breakpoint.kind), breakpoint.address,
                         breakpoint.length));
        return {};
    }
    void remove_breakpoint(const Breakpoint& breakpoint) override {
        note(fmt::format("remove {} {:#x} {}", static_cast<int>(breakpoint.kind), breakpoint.address,
                         breakpoint.length));
    }

    // "resume 1:go 2:step 1f:stay", with the signal behind a slash.
    void resume(std::span<const ThreadAction> actions) override {
        std::string text = "resume";
        for (const ThreadAction& action : actions) {
            text += fmt::format(" {:x}:{}", raw(action.thread), kind_name(action.kind));
            if (action.signal != 0) {
                text += fmt::format("/{}", action.signal);
            }
        }
        note(text);
        if (on_resume) {
            on_resume();
        }
    }
    void interrupt() override {
        note("interrupt");
        if (on_interrupt) {
            on_interrupt();
        }
    }
    void detach() override { note("detach"); }
    void kill() override { note("kill"); }

    bool created_for_debugger() const override { return created_for_debugger_; }
    std::optional<std::vector<std::byte>> auxiliary_vector() const override { return auxiliary_vector_; }
    std::optional<std::string> executable() const override { return executable_; }
    std::optional<SectionOffsets> section_offsets() const override { return section_offsets_; }

    std::vector<MonitorCommand> monitor_commands() const override {
        return {{"reset", "starts again"}, {"fill", "prints much"}};
    }
    Result<std::string> monitor(std::string_view line) override {
        note(fmt::format("monitor {}", line));
        if (line == "fill") {
            return std::string(10000, 'x');
        }
        return line == "reset" ? Result<std::string>("done\n") : fail("reset takes no arguments");
    }

    // What it was told since the last call.
    std::vector<std::string> take_notes() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(notes_, {});
    }
    // Sleeps until it is told so, and forgets what came up to there.
    void wait_for(const std::string& text) {
        std::unique_lock lock(mutex_);
        noted_.wait(lock, [&] { return std::find(notes_.begin(), notes_.end(), text) != notes_.end(); });
        notes_.erase(notes_.begin(), std::find(notes_.begin(), notes_.end(), text) + 1);
    }

    std::vector<std::byte> memory_ = std::vector<std::byte>(kMemorySize);
    std::vector<ThreadInfo> threads_{
        {kFirst, "hart 0", "running"}, {kSecond, "hart 1", ""}, {kThird, "<b&\n\"\xff", ""}};
    std::map<std::pair<std::uint32_t, unsigned>, std::vector<std::byte>> registers_;
    bool created_for_debugger_ = false;
    std::optional<std::vector<std::byte>> auxiliary_vector_;
    std::optional<std::string> executable_;
    std::optional<SectionOffsets> section_offsets_;
    std::function<void()> on_resume;
    std::function<void()> on_interrupt;

  private:
    static std::string_view kind_name(ThreadAction::Kind kind) {
        return kind == ThreadAction::Kind::go ? "go" : kind == ThreadAction::Kind::step ? "step" : "stay";
    }

    void note(std::string text) {
        {
            const std::scoped_lock lock(mutex_);
            notes_.push_back(std::move(text));
        }
        noted_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable noted_;
    std::vector<std::string> notes_;  // guarded by mutex_
};

}  // namespace vm::debug
