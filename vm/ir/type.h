#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vm::ir {

// What a value is. An i32 has no upper half: whoever wants 64 bits says with sext or zext what it is to be.
// So a guest that keeps 32-bit results sign-extended pays for the extension only where somebody looks.
enum class Type : std::uint8_t { none, i32, i64, f32, f64 };

inline constexpr std::array<std::string_view, 5> kTypeNames = {"none", "i32", "i64", "f32", "f64"};

// In bits; none has no bits.
constexpr unsigned width(Type type) {
    constexpr std::array<unsigned, 5> kWidths = {0, 32, 64, 32, 64};
    return kWidths[static_cast<unsigned>(type)];
}

// All bits of a type. Values are kept as 64 bits of which those above the type's width are zero.
constexpr std::uint64_t mask(Type type) {
    return width(type) == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width(type)) - 1;
}

constexpr bool is_integer(Type type) { return type == Type::i32 or type == Type::i64; }
constexpr bool is_float(Type type) { return type == Type::f32 or type == Type::f64; }

// The type of the other kind and the same width.
constexpr Type integer_of(Type type) { return width(type) == 64 ? Type::i64 : Type::i32; }
constexpr Type float_of(Type type) { return width(type) == 64 ? Type::f64 : Type::f32; }

}  // namespace vm::ir
