#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "vm/guest/riscv/hart.h"
#include "vm/ir/node.h"

// A hart's registers as slots of blocks. Offsets are bytes from the Hart.
namespace vm::guest::riscv {

// GCC and Clang lay Hart out as any struct, but the standard leaves offsetof to them where a member has
// private parts.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
inline constexpr std::uint32_t kIntegersOffset = offsetof(Hart, x);
inline constexpr std::uint32_t kFloatsOffset = offsetof(Hart, f);
#pragma GCC diagnostic pop

// Where the registers end: slots of a hart lie below it.
inline constexpr std::uint32_t kSlotsEnd = kFloatsOffset + 8 * 32;

constexpr ir::Slot register_slot(char file, unsigned number, std::uint32_t offset, ir::Type type) {
    ir::Slot slot{offset + 8 * number, type, 8, {}};
    std::size_t length = 0;
    slot.name[length++] = file;
    if (number >= 10) {
        slot.name[length++] = static_cast<char>('0' + number / 10);
    }
    slot.name[length] = static_cast<char>('0' + number % 10);
    return slot;
}

// x1 to x31. x0 is a constant and has no slot.
constexpr ir::Slot x_slot(unsigned number) {
    return register_slot('x', number, kIntegersOffset, ir::Type::i64);
}
// f0 to f31, doubles; a single is boxed in one. (Unpriv. 21.2)
constexpr ir::Slot f_slot(unsigned number) {
    return register_slot('f', number, kFloatsOffset, ir::Type::f64);
}

// The registers that are best kept in those of a host, most used first, by offset; and where a pointer
// into the hart reaches all integer registers with displacements of one byte.
inline constexpr std::uint32_t kSlotBias = kIntegersOffset + 8 * 16;
inline constexpr std::array<std::uint32_t, 9> kBusyIntegers = [] {
    std::array<std::uint32_t, 9> offsets{10, 11, 12, 13, 14, 15, 2, 8, 9};  // a0 to a5, sp, s0, s1
    for (std::uint32_t& each : offsets) {
        each = x_slot(each).offset;
    }
    return offsets;
}();
inline constexpr std::array<std::uint32_t, 12> kBusyFloats = [] {
    std::array<std::uint32_t, 12> offsets{10, 11, 12, 13, 14, 15,
                                          0,  1,  2,  3,  8,  9};  // fa0 to fa5, ft0 to ft3, fs0, fs1
    for (std::uint32_t& each : offsets) {
        each = f_slot(each).offset;
    }
    return offsets;
}();

}  // namespace vm::guest::riscv
