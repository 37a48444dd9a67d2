#include "vm/guest/riscv/watchpoints.h"

#include <utility>

namespace vm::guest::riscv {
namespace {

bool watches(const Watchpoint& watchpoint, mem::Access access) {
    return (access == mem::Access::load and watchpoint.loads) or
           (access == mem::Access::store and watchpoint.stores);
}

}  // namespace

bool Watchpoints::set(std::vector<Watchpoint> all) {
    if (all == all_) {
        return false;
    }
    all_ = std::move(all);
    return true;
}

// The access may wrap past the last address, as a hart's may.
std::optional<WatchHit> Watchpoints::find(std::uint64_t address, std::uint64_t size,
                                          mem::Access access) const {
    for (const Watchpoint& each : all_) {
        if (not watches(each, access)) {
            continue;
        }
        if (address - each.address < each.length) {
            return WatchHit{each, address};
        }
        if (each.address - address < size) {
            return WatchHit{each, each.address};
        }
    }
    return std::nullopt;
}

bool Watchpoints::refuses(std::uint64_t address, std::uint64_t size, mem::Access access) {
    const auto found = pass_ ? std::nullopt : find(address, size, access);
    hit_ = found ? found : hit_;
    return found.has_value();
}

bool Watchpoints::in_page_of(std::uint64_t address, mem::Access access) const {
    return find(address & ~(mem::kPageSize - 1), mem::kPageSize, access).has_value();
}

}  // namespace vm::guest::riscv
