#pragma once

#include <cstdint>
#include <random>

namespace vm::guest::riscv {

// Seeded operands for generated programs: mostly the values at which arithmetic changes its ways. The same
// seed gives the same values with every compiler.
class RandomValues {
  public:
    explicit RandomValues(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t next() { return engine_(); }
    // 0 to n - 1.
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(engine_() % n); }
    // low to high, both included.
    std::int32_t between(std::int32_t low, std::int32_t high) {
        return low + static_cast<std::int32_t>(below(static_cast<std::uint32_t>(high - low + 1)));
    }
    bool one_in(std::uint32_t n) { return below(n) == 0; }

    // An integer register: zero, ones, borders of widths and signs, single bits, small and arbitrary numbers.
    std::uint64_t integer();
    // A double: zeros, infinities, NaNs of both kinds, subnormals, borders of integer types, neighbours of
    // the last one (so that sums cancel and round), arbitrary ones near 1 and at the ends of the range.
    std::uint64_t double_bits();
    // The same for single precision, without a box.
    std::uint32_t single_bits();
    // What a floating-point register may hold: a double, or a single that is boxed, or one that is not.
    std::uint64_t float_register();

  private:
    std::uint64_t float_bits(unsigned exponent_bits, unsigned fraction_bits, std::uint64_t& last);

    std::mt19937_64 engine_;
    std::uint64_t last_double_ = 0;
    std::uint64_t last_single_ = 0;
};

}  // namespace vm::guest::riscv
