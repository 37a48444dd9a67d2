#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/result.h"

namespace vm::debug {

// A hart, or a thread of a process. Never zero: the protocol uses 0 for any thread and -1 for all.
enum class ThreadId : std::uint32_t {};

constexpr std::uint32_t raw(ThreadId thread) { return static_cast<std::uint32_t>(thread); }

struct ThreadInfo {
    ThreadId id{};
    std::string name;   // as the user knows it: "hart 0"
    std::string state;  // one more line about it, may be empty: "S mode, waiting for an interrupt"
};

enum class BreakpointKind : std::uint8_t { software, hardware, write_watch, read_watch, access_watch };

// What stops the target: the instruction at `address` before it executes, or an access to any of `length`
// bytes. For the first two kinds the length is that of the instruction to be replaced, as the architecture's
// manual for gdb has it (RISC-V: 2 or 4).
struct Breakpoint {
    BreakpointKind kind = BreakpointKind::software;
    std::uint64_t address = 0;
    std::uint64_t length = 0;

    friend bool operator==(const Breakpoint&, const Breakpoint&) = default;
};

// Why the target stopped. All threads are stopped then.
struct Stop {
    enum class Reason : std::uint8_t {
        signal,  // `signal` is about to reach the thread; SIGTRAP after a step, SIGINT when asked to stop
        software_breakpoint,  // the pc is that of the instruction, which has not executed
        hardware_breakpoint,  // likewise
        watchpoint,           // an access of kind `watch` to `address` was made
        exited,               // with `exit_code`; there are no threads any more
        killed,               // by `signal`; likewise
    };

    Reason reason = Reason::signal;
    ThreadId thread{};  // the one it happened to
    int signal = 0;     // Linux's number, on machines as well
    BreakpointKind watch = BreakpointKind::write_watch;
    std::uint64_t address = 0;
    std::uint64_t exit_code = 0;

    bool ended() const { return reason == Reason::exited or reason == Reason::killed; }
    friend bool operator==(const Stop&, const Stop&) = default;
};

// The usual ones.
inline Stop signal_stop(ThreadId thread, int signal) {
    return {.reason = Stop::Reason::signal, .thread = thread, .signal = signal};
}
inline Stop breakpoint_stop(ThreadId thread, Stop::Reason reason) {
    return {.reason = reason, .thread = thread};
}
inline Stop watch_stop(ThreadId thread, BreakpointKind watch, std::uint64_t address) {
    return {.reason = Stop::Reason::watchpoint, .thread = thread, .watch = watch, .address = address};
}
inline Stop exit_stop(std::uint64_t exit_code) {
    return {.reason = Stop::Reason::exited, .exit_code = exit_code};
}
inline Stop killed_stop(int signal) { return {.reason = Stop::Reason::killed, .signal = signal}; }

// What a thread does when the target resumes.
struct ThreadAction {
    enum class Kind : std::uint8_t { stay, step, go };

    ThreadId thread{};
    Kind kind = Kind::stay;
    int signal = 0;  // to deliver first, Linux's number; 0: none, the one it stopped for is dropped

    friend bool operator==(const ThreadAction&, const ThreadAction&) = default;
};

// A command for `monitor NAME`, with one line for `monitor help`.
struct MonitorCommand {
    std::string name;
    std::string help;
};

// Where the sections of a program lie relative to where it was linked.
struct SectionOffsets {
    std::uint64_t text = 0;
    std::uint64_t data = 0;
};

// What a debugger sees and moves: a machine with its harts, or a process with its threads. It is either
// running or stopped, all of it. It begins one way or the other, leaves the stopped state only through
// resume(), detach() and kill(), and whoever runs it reports each new stop to GdbServer::report_stop().
//
// Calls come from one thread of the debugger's own, all but interrupt() only while the target is stopped:
// whoever runs it must be parked when a stop is reported, and must see what was changed when it goes on. No
// call waits for the guest. Errors are one line for the user; addresses are virtual, as the given thread sees
// them, and [address, address + length) never wraps.
class DebugTarget {
  public:
    virtual ~DebugTarget() = default;

    // At least one until the target has ended, in a stable order.
    virtual std::vector<ThreadInfo> threads() const = 0;

    // The target.xml of gdb's manual (appendix "Target Descriptions"): what the registers are called and how
    // their numbers map.
    virtual std::string target_description() const = 0;
    // Registers have the numbers 0 to register_count() - 1. Those below general_register_count() are worth
    // sending with every stop; all of them exist.
    virtual unsigned register_count() const = 0;
    virtual unsigned general_register_count() const = 0;
    // The program counter's number, below register_count().
    virtual unsigned pc_register() const = 0;
    // In bytes, always the same for one number; 0: the number is unused.
    virtual std::size_t register_size(unsigned number) const = 0;
    // register_size() bytes, lowest first: all our guests are little-endian.
    virtual Result<std::vector<std::byte>> read_register(ThreadId thread, unsigned number) const = 0;
    virtual Result<void> write_register(ThreadId thread, unsigned number,
                                        std::span<const std::byte> value) = 0;

    // The bytes from `address` on as far as they can be read, at most `length`; an error when that is none.
    // Permissions do not matter, breakpoints do not show, and reading has no side effects (a device's
    // registers are refused).
    virtual Result<std::vector<std::byte>> read_memory(ThreadId thread, std::uint64_t address,
                                                       std::size_t length) const = 0;
    // All of it or nothing. Decoded code counts as overwritten.
    virtual Result<void> write_memory(ThreadId thread, std::uint64_t address,
                                      std::span<const std::byte> bytes) = 0;

    // Breakpoints hold for all threads. Each is inserted once and removed once; the debugger sees to that.
    virtual bool supports(BreakpointKind kind) const = 0;
    virtual Result<void> insert_breakpoint(const Breakpoint& breakpoint) = 0;
    virtual void remove_breakpoint(const Breakpoint& breakpoint) = 0;

    // Lets the threads go on, one action for each of threads(); at least one does not stay. A thread that
    // steps stops the target after one instruction or trap (SIGTRAP), unless something else did before. A
    // breakpoint where a thread already stands stops it at once: gdb takes out what is to be passed. New
    // threads run. Forgets what interrupt() asked for before, here and not when the target gets to it: the
    // next may come first.
    virtual void resume(std::span<const ThreadAction> actions) = 0;
    // Asks for a stop (SIGINT) soon; returns at once. While the target is stopped or has ended it does
    // nothing: the debugger cannot know that the target is just about to report a stop.
    virtual void interrupt() = 0;
    // Goes on as if there were no debugger, with the signals that the threads stopped for. Its breakpoints
    // are gone before. Forgets what interrupt() asked for, as resume() does.
    virtual void detach() = 0;
    // Ends the target; that end is reported like any other.
    virtual void kill() = 0;

    // True: gdb kills the target rather than detach from it when the user quits.
    virtual bool created_for_debugger() const { return false; }
    // The auxiliary vector as the kernel laid it out, of processes.
    virtual std::optional<std::vector<std::byte>> auxiliary_vector() const { return std::nullopt; }
    // Absolute path of the program, of processes.
    virtual std::optional<std::string> executable() const { return std::nullopt; }
    virtual std::optional<SectionOffsets> section_offsets() const { return std::nullopt; }

    // Commands of `monitor`, but for `help`; the line starts with one of their names. Returns what to print.
    virtual std::vector<MonitorCommand> monitor_commands() const { return {}; }
    virtual Result<std::string> monitor(std::string_view line) {
        return fail("monitor command '{}' is not supported", line);
    }
};

}  // namespace vm::debug
