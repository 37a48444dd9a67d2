#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "vm/guest/riscv/csr_file.h"

namespace vm::guest::riscv {

// What LR reserved: SC succeeds when the address is the same and memory still holds the loaded value. (A
// store of the same value in between goes unseen; a compare-and-swap loop cannot tell either.)
struct Reservation {
    bool valid = false;
    std::uint64_t address = 0;
    std::uint64_t value = 0;
};

// The architectural state of one hart.
struct Hart {
    explicit Hart(CsrFile file) : csrs(std::move(file)) {}

    // x[0] stays zero: decoded code sends writes to it into x[32], so that no write needs a test.
    std::array<std::uint64_t, 33> x{};
    std::array<std::uint64_t, 32> f{};  // single precision is NaN-boxed (Unpriv. 21.2)
    std::uint64_t pc = 0;
    Reservation reservation;
    CsrFile csrs;
};

}  // namespace vm::guest::riscv
