#pragma once

#include <cstdint>

#include "vm/ir/block.h"

// What can be said of a value's bits by looking a few nodes back.
namespace vm::ir {

// Bits 0 to count - 1; count is at most 64.
constexpr std::uint64_t low_ones(unsigned count) {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

// Every bit that may be set in the value; the others are zero.
std::uint64_t possible_bits(const Block& block, Value value);

// Whether the integer value is the sign extension, to its own width, of its low `bits` bits.
bool is_sign_extended(const Block& block, Value value, unsigned bits);

}  // namespace vm::ir
