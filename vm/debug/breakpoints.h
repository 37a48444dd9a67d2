#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vm/debug/debug_target.h"

// What a debugger asks for, as engines are told of it. `Watchpoint` is a guest architecture's own type: a
// range (address, length), and whether loads and stores are watched there.

namespace vm::debug {

constexpr bool is_code(BreakpointKind kind) {
    return kind == BreakpointKind::software or kind == BreakpointKind::hardware;
}

// Where instructions stop a thread that is about to execute them.
inline std::vector<std::uint64_t> code_addresses(std::span<const Breakpoint> breakpoints) {
    std::vector<std::uint64_t> addresses;
    for (const Breakpoint& each : breakpoints) {
        if (is_code(each.kind)) {
            addresses.push_back(each.address);
        }
    }
    return addresses;
}

template <class Watchpoint>
std::vector<Watchpoint> watchpoints_of(std::span<const Breakpoint> breakpoints) {
    std::vector<Watchpoint> watchpoints;
    for (const Breakpoint& each : breakpoints) {
        if (not is_code(each.kind)) {
            watchpoints.push_back({.address = each.address,
                                   .length = each.length,
                                   .loads = each.kind != BreakpointKind::write_watch,
                                   .stores = each.kind != BreakpointKind::read_watch});
        }
    }
    return watchpoints;
}

template <class Watchpoint>
constexpr BreakpointKind kind_of(const Watchpoint& watchpoint) {
    if (not watchpoint.loads) {
        return BreakpointKind::write_watch;
    }
    return watchpoint.stores ? BreakpointKind::access_watch : BreakpointKind::read_watch;
}

}  // namespace vm::debug
