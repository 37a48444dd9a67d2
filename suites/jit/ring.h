#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "suites/jit/guest.h"

namespace suites::jit {

// Cache lines of guest memory that lead to one another in random order: in each lies the guest address of the
// next one, and behind that its host address.
class Ring {
  public:
    Ring(Guest& guest, std::uint64_t bytes);

    // Where a chain is after so many steps.
    std::uint64_t guest_after(std::uint64_t steps) const;
    std::uint64_t host_after(std::uint64_t steps) const;

    // Brings the lines into the caches, as far as they fit.
    void touch() const;

  private:
    std::uint64_t place_after(std::uint64_t steps) const { return order_[steps % order_.size()] * kLine; }

    static constexpr std::uint64_t kLine = 64;

    std::span<std::byte> memory_;
    std::vector<std::uint64_t> order_;
};

}  // namespace suites::jit
