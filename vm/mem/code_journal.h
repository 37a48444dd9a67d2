#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "vm/mem/address.h"

namespace vm::mem {

// Which pages of decoded code were overwritten, in order. Any thread writes and reads.
class CodeJournal {
  public:
    // How many so far: a reader who has seen to all of them up to here has no stale code.
    std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

    void record(PhysAddr page);

    // The page that advanced the generation to `generation`; nothing when that was too long ago, or is to
    // come.
    std::optional<PhysAddr> at(std::uint64_t generation) const;

    // Around a fork of the process: as long as this is held, nobody writes.
    std::unique_lock<std::mutex> hold() const { return std::unique_lock(mutex_); }

  private:
    static constexpr std::size_t kRemembered = 64;

    mutable std::mutex mutex_;
    std::atomic<std::uint64_t> generation_ = 0;
    std::array<PhysAddr, kRemembered> pages_{};  // by generation, the oldest forgotten
};

}  // namespace vm::mem
