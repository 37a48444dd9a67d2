#include "vm/ir/random.h"

#include "vm/ir/float_format.h"

namespace vm::ir {

std::uint64_t Random::integer() {
    constexpr std::array<std::uint64_t, 22> kNotable = {
        0,
        1,
        2,
        3,
        4,
        8,
        16,
        31,
        32,
        48,
        56,
        63,
        100,
        0xff,
        0xffff,
        0x1234,
        0x7fff'ffff,
        0x8000'0000,
        0xffff'ffff,
        0xffff'ffff'8000'0000,
        0x8000'0000'0000'0000,
        0xffff'ffff'ffff'ffff,
    };
    if (one_in(4)) return next();
    const std::uint64_t number = pick(kNotable);
    return one_in(4) ? 0 - number : number;
}

std::uint64_t Random::floating(Type type) {
    const FloatFormat format = float_format(type);
    const std::uint64_t sign = one_in(2) ? format.sign : 0;
    switch (below(8)) {
        case 0:
            return sign;
        case 1:
            return sign | format.infinity;
        case 2:
            return sign | format.canonical_nan();
        case 3:
            return sign | format.infinity | 1;
        case 4:
            return sign | below(16);
        case 5:
            return next() & mask(type);
        default:
            return type == Type::f32 ? sign | (0x3f80'0000 + (below(64) << 19))
                                     : sign | (0x3ff0'0000'0000'0000 + (below(64) << 48));
    }
}

}  // namespace vm::ir
