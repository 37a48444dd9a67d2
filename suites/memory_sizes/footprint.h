#pragma once

#include <cstdint>
#include <optional>

#include "vm/mem/guest_ram.h"

namespace suites::memory_sizes {

// The guest RAM that all cases of the program work in, made when the first one needs it. A footprint starts
// at its base; one more page lets unaligned accesses reach beyond the end.
class Footprint {
  public:
    static constexpr vm::mem::PhysAddr kBase{0x80000000};

    explicit Footprint(std::uint64_t largest) : largest_(largest) {}

    // RAM whose first `bytes` (and a few beyond) hold the pattern of walk.h. Throws std::runtime_error when
    // the host has no memory: nothing can be measured then.
    vm::mem::GuestRam& with_pattern(std::uint64_t bytes);

    // RAM whose first `bytes` are backed by host memory and may be overwritten.
    vm::mem::GuestRam& to_overwrite(std::uint64_t bytes);

    // Brings the first `bytes` into the caches.
    void touch(std::uint64_t bytes);

  private:
    vm::mem::GuestRam& ram();

    std::uint64_t largest_;
    std::optional<vm::mem::GuestRam> ram_;
    std::uint64_t patterned_ = 0;  // bytes from the base that hold the pattern
    std::uint64_t touched_ = 0;    // bytes from the base that have been written at least once
};

}  // namespace suites::memory_sizes
