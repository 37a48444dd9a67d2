#pragma once

#include <atomic>
#include <cstdint>

namespace vm::devices {

// Counts the accesses for which a device has no register.
class UnknownAccesses {
  public:
    // Returns what a load of such an offset gives.
    std::uint64_t note() {
        count_.fetch_add(1, std::memory_order_relaxed);
        return 0;
    }
    std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> count_{0};
};

}  // namespace vm::devices
