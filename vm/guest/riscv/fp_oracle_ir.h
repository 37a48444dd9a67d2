#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "vm/base/check.h"
#include "vm/guest/riscv/fp.h"
#include "vm/guest/riscv/fp_oracle_operations.h"
#include "vm/ir/evaluate_float.h"
#include "vm/ir/float_format.h"

// For fp_oracle_test: what the compiler's intermediate representation has for the same instructions.
namespace vm::guest::riscv::fp::oracle {

constexpr ir::Type ir_type(Kind kind) {
    constexpr std::array kTypes = {ir::Type::f32, ir::Type::f64, ir::Type::i32, ir::Type::i64};
    return kTypes[static_cast<std::size_t>(kind)];
}

// The operation that computes with flags; none for fclass, which has none.
inline std::optional<ir::Opcode> ir_operation(const Operation& operation) {
    const std::string_view name = operation.name;
    if (not name.starts_with("fcvt.")) {
        for (std::size_t k = 0; k < ir::kOpcodes; ++k) {
            const auto op = static_cast<ir::Opcode>(k);
            if (ir::info(op).name == name and (ir::flags(op) & ir::kFloatFlags) != 0) return op;
        }
        return std::nullopt;
    }
    const bool is_unsigned = name.find('u') != std::string_view::npos;
    if (not ir::is_float(ir_type(operation.result))) {
        return is_unsigned ? ir::Opcode::float_to_unsigned : ir::Opcode::float_to_signed;
    }
    if (not ir::is_float(ir_type(operation.source))) {
        return is_unsigned ? ir::Opcode::unsigned_to_float : ir::Opcode::signed_to_float;
    }
    return operation.result == Kind::f32 ? ir::Opcode::fnarrow : ir::Opcode::fwiden;
}

// Evaluates it; where the result may be any NaN it must not be the canonical one, which this answers.
inline std::uint64_t evaluate_ir(const Operation& operation, ir::Opcode op, const Record& r, Rounding mode) {
    ir::Node node;
    node.op = op;
    node.type = ir_type(operation.result);
    const ir::Type source = ir_type(operation.source);
    const ir::OperandBits operands = {r.a & ir::mask(source), r.b & ir::mask(source), r.c & ir::mask(source)};
    const auto made = ir::evaluate_float(node, source, operands, static_cast<ir::Rounding>(mode));
    VM_CHECK(made.has_value());
    HostEnvironment::raise(made->raised);
    if ((ir::flags(op) & ir::kAnyNan) == 0) return made->bits;
    const auto format = ir::float_format(node.type);
    VM_CHECK(made->bits != format.canonical_nan());
    return format.is_nan(made->bits) ? format.canonical_nan() : made->bits;
}

}  // namespace vm::guest::riscv::fp::oracle
