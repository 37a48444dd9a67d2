#pragma once

#include <array>
#include <cstdint>

#include "vm/ir/evaluate.h"

// Worlds by chance for random_block's blocks.
namespace vm::ir {

// The slots that such blocks use: integers, pointers into memory, floats, and narrow ones.
inline constexpr std::size_t kRandomIntegers = 8;
inline constexpr std::size_t kRandomPointers = 2;
inline constexpr std::array kRandomSlots = {
    make_slot("x0", 0, Type::i64),      make_slot("x1", 8, Type::i64),   make_slot("x2", 16, Type::i64),
    make_slot("x3", 24, Type::i64),     make_slot("x4", 32, Type::i64),  make_slot("x5", 40, Type::i64),
    make_slot("x6", 48, Type::i64),     make_slot("x7", 56, Type::i64),  make_slot("p0", 64, Type::i64),
    make_slot("p1", 72, Type::i64),     make_slot("f0", 80, Type::f64),  make_slot("f1", 88, Type::f64),
    make_slot("f2", 96, Type::f64),     make_slot("f3", 104, Type::f64), make_slot("s0", 112, Type::f32),
    make_slot("b0", 116, Type::i64, 1), make_slot("w0", 120, Type::i32),
};

// A world in which such blocks run: most of their accesses meet memory.
World random_world(std::uint64_t seed);

// Carries out their calls: does something of each effect that the call names, by its number and arguments
// alone and, where it reads them, memory and state. The low six bits of the number are the effects.
HelperOutcome random_helper(World& world, std::uint32_t number, const OperandBits& arguments);

}  // namespace vm::ir
