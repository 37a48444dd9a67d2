#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <type_traits>

#include "vm/guest/riscv/fp_oracle_operations.h"

namespace vm::guest::riscv::fp::oracle {

// Random operands with a taste for the borders of the formats.
class Operands {
  public:
    explicit Operands(std::uint64_t seed) : random_(seed) {}

    Record record(Kind kind) {
        switch (kind) {
            case Kind::f32:
                return floats<F32>();
            case Kind::f64:
                return floats<F64>();
            default:
                return {integer(), 0, 0};
        }
    }

  private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    // Few ones, few zeros, or anything: carries, halves and sticky bits.
    std::uint64_t pattern(int bits) {
        const auto count = static_cast<std::uint64_t>(bits);
        const std::uint64_t mask = ~std::uint64_t{0} >> (64 - bits);
        switch (below(5)) {
            case 0:
                return 0;
            case 1:
                return (std::uint64_t{1} << below(count)) & mask;
            case 2:
                return (0 - (std::uint64_t{1} << below(count))) & mask;
            case 3:
                return ((std::uint64_t{1} << below(count)) ^ (std::uint64_t{1} << below(count)) ^ below(4)) &
                       mask;
            default:
                return random_() & mask;
        }
    }

    template <class F>
    Bits<F> assemble(std::uint64_t exponent, std::uint64_t fraction) {
        const std::uint64_t sign = below(2) << (F::kFractionBits + F::kExponentBits);
        return static_cast<Bits<F>>(sign | exponent << F::kFractionBits | fraction);
    }

    template <class F>
    Bits<F> value() {
        constexpr std::uint64_t kTop = (1 << F::kExponentBits) - 1;
        constexpr std::uint64_t kBias = kTop / 2;
        // The exponents' borders in f64 of what f32 can hold.
        constexpr std::uint64_t kNarrow = kBias - 160 * kFormat<F>;
        const std::uint64_t fraction = pattern(F::kFractionBits);
        switch (below(10)) {
            case 0:
                return assemble<F>(kTop, fraction);
            case 1:
                return assemble<F>(0, fraction);
            case 2:
                return assemble<F>(kTop - 1 - below(4), fraction);
            case 3:
                return assemble<F>(1 + below(4), fraction);
            case 4:
                return assemble<F>(kBias + below(4) - 2, fraction);
            case 5:
                return assemble<F>(kBias + below(70) - 3, fraction);  // about integers
            case 6:
                return assemble<F>(kBias / 2 + below(60), fraction);  // products about the least normal
            case 7:
                return assemble<F>(std::min(kNarrow + below(300), kTop), fraction);
            case 8:
                return assemble<F>(kBias - below(60) + below(60), fraction);
            default:
                return assemble<F>(below(kTop + 1), fraction);
        }
    }

    // A little away from bits, in both directions.
    template <class F>
    Bits<F> near(Bits<F> bits) {
        const auto moved = static_cast<Bits<F>>(bits + below(5) - 2);
        return below(2) == 0 ? moved : moved ^ F::kSign;
    }

    template <class F>
    Record floats() {
        const Bits<F> a = value<F>();
        const Bits<F> b = below(4) == 0 ? near<F>(a) : value<F>();
        // Near the product: cancellation in the fused operations.
        const bool cancels = below(3) == 0;
        const Bits<F> c = cancels ? near<F>(soft::mul<F>(a, b, Rounding::rne).value) : value<F>();
        return {box<F>(a), box<F>(b), box<F>(c)};
    }

    template <class F>
    static std::uint64_t box(Bits<F> bits) {
        return std::is_same_v<F, F32> ? 0xffff'ffff'0000'0000 | bits : bits;
    }

    std::uint64_t integer() {
        const std::uint64_t value = pattern(64) >> below(64);
        const std::uint64_t moved = value + below(5) - 2;
        return below(2) == 0 ? moved : 0 - moved;
    }

    std::mt19937_64 random_;
};

}  // namespace vm::guest::riscv::fp::oracle
