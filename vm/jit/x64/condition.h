#pragma once

#include <array>
#include <cstddef>

#include <asmjit/x86.h>

#include "vm/ir/node.h"

namespace vm::jit::x64 {

// The host's name of a relation between two operands that were compared.
inline asmjit::x86::CondCode code_of(ir::Condition condition) {
    using asmjit::x86::CondCode;
    constexpr std::array kCodes = {CondCode::kE,  CondCode::kNE, CondCode::kL,
                                   CondCode::kGE, CondCode::kB,  CondCode::kAE};
    return kCodes[static_cast<std::size_t>(condition)];
}

}  // namespace vm::jit::x64
