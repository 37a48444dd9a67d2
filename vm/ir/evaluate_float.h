#pragma once

#include <cstdint>

#include "vm/base/result.h"
#include "vm/ir/compute.h"
#include "vm/ir/node.h"

namespace vm::ir {

// The accrued exceptions, as the guest's fflags has them. (RISC-V Unpriv. 20.2)
inline constexpr std::uint8_t kInexact = 1;
inline constexpr std::uint8_t kUnderflow = 2;
inline constexpr std::uint8_t kOverflow = 4;
inline constexpr std::uint8_t kDivideByZero = 8;
inline constexpr std::uint8_t kInvalid = 16;

struct FloatOutcome {
    std::uint64_t bits = 0;
    std::uint8_t raised = 0;
};

// What a floating-point node that writes flags computes, on the host's own arithmetic. `mode` is the mode
// that it runs in, never dyn; rounding to nearest with ties away is not supported, as hosts have no such
// mode. NaNs that may be any NaN are one that is not canonical, so that whoever forgets canon is found out.
Result<FloatOutcome> evaluate_float(const Node& node, Type operand_type, const OperandBits& operands,
                                    Rounding mode);

}  // namespace vm::ir
