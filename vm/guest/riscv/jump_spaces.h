#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace vm::guest::riscv {

// Numbers for what the guest's addresses lead to, by which compiled code knows whether a jump that it has
// seen before still leads to the same: one for each code context and address space, which a return to it
// finds again, and new ones for all after forget(). No number is given twice.
class JumpSpaces {
  public:
    std::uint64_t number(unsigned context, std::uint64_t address_space) {
        const auto known = std::find_if(known_.begin(), known_.end(), [&](const Space& each) {
            return each.number > forgotten_ and each.context == context and
                   each.address_space == address_space;
        });
        if (known != known_.end()) {
            return known->number;
        }
        known_[next_++ % known_.size()] = {context, address_space, ++last_};
        return last_;
    }
    void forget() { forgotten_ = last_; }

  private:
    struct Space {
        unsigned context = 0;
        std::uint64_t address_space = 0;
        std::uint64_t number = 0;
    };

    std::array<Space, 16> known_{};
    std::size_t next_ = 0;
    std::uint64_t last_ = 0;
    std::uint64_t forgotten_ = 0;  // and all numbers below
};

}  // namespace vm::guest::riscv
