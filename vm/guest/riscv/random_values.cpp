#include "vm/guest/riscv/random_values.h"

#include <array>

namespace vm::guest::riscv {
namespace {

constexpr std::array<std::uint64_t, 17> kIntegers = {
    0,
    1,
    2,
    ~std::uint64_t{0},
    0x7fff'ffff,
    0x8000'0000,
    0xffff'ffff,
    0x1'0000'0000,
    0xffff'ffff'8000'0000,
    0xffff'ffff'7fff'ffff,
    0x7fff'ffff'ffff'ffff,
    0x8000'0000'0000'0000,
    0x8000'0000'0000'0001,
    0x5555'5555'5555'5555,
    0xaaaa'aaaa'aaaa'aaaa,
    0x00ff'00ff'00ff'00ff,
    0x8080'8080'8080'8080,
};

constexpr std::uint64_t kSingleBox = 0xffff'ffff'0000'0000;

}  // namespace

std::uint64_t RandomValues::integer() {
    switch (below(6)) {
        case 0:
        case 1:
            return kIntegers[below(kIntegers.size())];
        case 2: {
            const std::uint64_t border = std::uint64_t{1} << below(64);
            return border - below(2);
        }
        case 3:
            return static_cast<std::uint64_t>(between(-40, 40));
        case 4: {  // as many significant bits as it happens, either sign
            const std::uint64_t number = next() >> below(64);
            return one_in(2) ? number : ~number;
        }
        default:
            return next();
    }
}

// The formats of IEEE 754 alike: sign, exponent_bits of exponent, fraction_bits of fraction.
std::uint64_t RandomValues::float_bits(unsigned exponent_bits, unsigned fraction_bits, std::uint64_t& last) {
    const std::uint64_t top = (std::uint64_t{1} << exponent_bits) - 1;
    const std::uint64_t bias = top >> 1;
    const std::uint64_t fraction_mask = (std::uint64_t{1} << fraction_bits) - 1;
    const std::uint64_t sign = std::uint64_t{below(2)} << (exponent_bits + fraction_bits);
    // Few bits set, or few bits clear: these are the fractions that round exactly, tie or carry.
    const auto fraction = [&]() -> std::uint64_t {
        if (one_in(3)) return next();
        const std::uint64_t sparse = std::uint64_t{1} << below(fraction_bits);
        return one_in(2) ? sparse : ~sparse;
    };
    // Each case draws in a stated order: the order of a call's arguments is the compiler's choice.
    std::uint64_t exponent = 0;
    std::uint64_t bits = fraction();
    switch (below(12)) {
        case 0:  // zero
            bits = 0;
            break;
        case 1:  // infinity
            exponent = top;
            bits = 0;
            break;
        case 2:  // NaNs: quiet, canonical, signaling
            exponent = top;
            bits = one_in(2) ? std::uint64_t{1} << (fraction_bits - 1) : bits | 1;
            break;
        case 3:  // subnormal, down to the smallest
            if (one_in(2)) bits = 1 + below(2);
            break;
        case 4:  // smallest normal numbers
            exponent = 1 + below(3);
            break;
        case 5:  // largest numbers
            exponent = top - 1 - below(3);
            break;
        case 6:  // borders of the integer types: 2^n, and just beside
            exponent = bias + 29 + below(37);
            if (one_in(2)) bits = 0;
            break;
        case 7:  // whole numbers and halves
            exponent = bias - 2 + below(8);
            bits = std::uint64_t{below(16)} << (fraction_bits - 4);
            break;
        case 8:  // beside the last one: sums cancel
            last = (last + static_cast<std::uint64_t>(between(-3, 3))) ^ sign;
            return last;
        case 9:  // products and quotients of these leave the range
            exponent = top >> below(3);
            exponent -= below(fraction_bits);
            break;
        case 10:  // sums of these round
            exponent = bias - fraction_bits + below(2 * fraction_bits);
            break;
        default:
            exponent = next() & top;
            break;
    }
    last = sign | exponent << fraction_bits | (bits & fraction_mask);
    return last;
}

std::uint64_t RandomValues::double_bits() { return float_bits(11, 52, last_double_); }

std::uint32_t RandomValues::single_bits() {
    return static_cast<std::uint32_t>(float_bits(8, 23, last_single_));
}

std::uint64_t RandomValues::float_register() {
    switch (below(8)) {
        case 0: {  // not boxed: one bit of the box is missing, or all of it is something else
            const std::uint64_t single = single_bits();
            return single | (one_in(2) ? kSingleBox ^ (std::uint64_t{1} << (32 + below(32))) : next() << 32);
        }
        case 1:
        case 2:
        case 3:
            return kSingleBox | single_bits();
        default:
            return double_bits();
    }
}

}  // namespace vm::guest::riscv
