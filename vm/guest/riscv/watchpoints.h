#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "vm/mem/address.h"

namespace vm::guest::riscv {

// Data that a debugger watches: addresses as the hart's loads and stores name them, whatever its mode.
struct Watchpoint {
    std::uint64_t address = 0;
    std::uint64_t length = 0;  // not zero; the range does not wrap
    bool loads = false;
    bool stores = false;

    friend bool operator==(const Watchpoint&, const Watchpoint&) = default;
};

// An access that touches a watched byte; `address` is the first one that it touches.
struct WatchHit {
    Watchpoint watchpoint;
    std::uint64_t address = 0;

    friend bool operator==(const WatchHit&, const WatchHit&) = default;
};

// The watchpoints of a hart. There are few, and whoever asks has left the fast path. An access that touches
// one is refused before anything happens, by a trap that no guest must see: whoever gets a trap asks
// take_hit() first. Such accesses do pass between pass() and refuse().
class Watchpoints {
  public:
    // Whether that changes anything.
    bool set(std::vector<Watchpoint> all);

    std::optional<WatchHit> find(std::uint64_t address, std::uint64_t size, mem::Access access) const;
    // Whether the access is refused, and then the next hit to be taken.
    bool refuses(std::uint64_t address, std::uint64_t size, mem::Access access);
    std::optional<WatchHit> take_hit() { return std::exchange(hit_, std::nullopt); }
    void pass() { pass_ = true; }
    void refuse() { pass_ = false; }

    // Whether such an access to some byte of the page of 4 KiB would be found.
    bool in_page_of(std::uint64_t address, mem::Access access) const;

  private:
    std::vector<Watchpoint> all_;
    std::optional<WatchHit> hit_;
    bool pass_ = false;
};

}  // namespace vm::guest::riscv
