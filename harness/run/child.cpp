#include "harness/run/child.h"

#include <array>

#include <poll.h>

namespace harness::run {

namespace {

using Clock = std::chrono::steady_clock;

// Waits until the child has ended by itself (exited) or must be killed.
Ending watch(Process& child, const Command& command, Interrupts& interrupts, ChildReport& report) {
    const auto end = child.started + command.time_limit;
    while (true) {
        std::array<pollfd, 4> events{{{child.process.fd(), POLLIN, 0},
                                      {interrupts.fd(), POLLIN, 0},
                                      {child.output.fd(), POLLIN, 0},
                                      {child.messages.fd(), POLLIN, 0}}};
        poll(events.data(), events.size(), milliseconds_until(end));
        drain(child.output, report.output, command.output_limit);
        drain_messages(child.messages, report.messages);
        if (report.output.size() > command.output_limit) return Ending::flooded;
        if (interrupts.pending()) return Ending::interrupted;
        if ((events[0].revents & POLLIN) != 0) return Ending::exited;
        if (Clock::now() >= end) return Ending::timed_out;
    }
}

}  // namespace

Result<ChildReport> run_child(const Command& command, Interrupts& interrupts) {
    auto child = spawn(command, StandardInput::empty, interrupts.original_mask());
    if (!child) return tl::unexpected(child.error());
    ChildReport report;
    report.ending = watch(*child, command, interrupts, report);
    report.duration = Clock::now() - child->started;
    const Usage usage = reap(*child);
    if (report.ending == Ending::exited && usage.signalled) report.ending = Ending::signalled;
    report.status = usage.status;
    report.user = usage.user;
    report.system = usage.system;
    report.max_rss_bytes = usage.max_rss_bytes;
    report.voluntary_switches = usage.voluntary_switches;
    report.involuntary_switches = usage.involuntary_switches;
    drain(child->output, report.output, command.output_limit);
    drain_messages(child->messages, report.messages);
    return report;
}

}  // namespace harness::run
