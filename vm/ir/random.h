#pragma once

#include <array>
#include <cstdint>
#include <iterator>

#include "vm/ir/type.h"

namespace vm::ir {

// Numbers by chance (splitmix64). A seed makes the same ones everywhere.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e37'79b9'7f4a'7c15;
        std::uint64_t z = state_;
        z = (z ^ z >> 30) * 0xbf58'476d'1ce4'e5b9;
        z = (z ^ z >> 27) * 0x94d0'49bb'1331'11eb;
        return z ^ z >> 31;
    }
    std::uint64_t below(std::uint64_t end) { return next() % end; }
    bool one_in(std::uint64_t chances) { return below(chances) == 0; }
    template <class Array>
    auto pick(const Array& from) {
        return from[below(std::size(from))];
    }

    // Often where behaviour changes: small, near powers of two, masks; for floating point zeros, infinities,
    // NaNs of both kinds, subnormal and small numbers.
    std::uint64_t integer();
    std::uint64_t floating(Type type);

  private:
    std::uint64_t state_;
};

}  // namespace vm::ir
