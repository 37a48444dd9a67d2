#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace suites::tlb {

// Accesses between two looks at the clock's counter, so that the loop around them costs nothing.
inline constexpr std::uint64_t kBatch = 1024;

// Addresses that a loop goes through again and again, and the sum of what is found at the first n of them. As
// many as whole batches.
class Trace {
  public:
    // `value_of` tells what is found at an address.
    template <class ValueOf>
    Trace(std::vector<std::uint64_t> addresses, ValueOf value_of) : addresses_(std::move(addresses)) {
        sums_.reserve(addresses_.size() + 1);
        for (const std::uint64_t address : addresses_) {
            sums_.push_back(sums_.back() + value_of(address));
        }
    }

    std::size_t size() const { return addresses_.size(); }
    const std::vector<std::uint64_t>& addresses() const { return addresses_; }

    // The batch that begins with access number n, a multiple of the batch's length.
    const std::uint64_t* batch(std::uint64_t n) const { return &addresses_[n % size()]; }

    // Modulo 2^64.
    std::uint64_t sum_of(std::uint64_t accesses) const {
        return accesses / size() * sums_.back() + sums_[accesses % size()];
    }

  private:
    std::vector<std::uint64_t> addresses_;
    std::vector<std::uint64_t> sums_ = {0};
};

}  // namespace suites::tlb
