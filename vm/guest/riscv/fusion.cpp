#include "vm/guest/riscv/fusion.h"

namespace vm::guest::riscv {
namespace {

// Position of each opcode in the list; the list's size where it is not there.
template <std::size_t kSize>
constexpr auto positions(const std::array<Opcode, kSize>& list) {
    std::array<std::uint8_t, static_cast<std::size_t>(Opcode::count)> result{};
    result.fill(kSize);
    for (std::size_t k = 0; k < kSize; ++k) {
        result[static_cast<std::size_t>(list[k])] = static_cast<std::uint8_t>(k);
    }
    return result;
}

constexpr auto kFirstPosition = positions(kFusedFirst);
constexpr auto kSecondPosition = positions(kFusedSecond);

// Where both operands are the result, the second reads rs2 from the guest's registers as ever. A result for
// x0 (or the place that decoded code sends it to) is never read.
Forward forward(const Insn& first, const Insn& second) {
    if (not traits::has(first.op, traits::kWritesX) or first.rd == 0 or first.rd > 31) {
        return Forward::none;
    }
    if (traits::has(second.op, traits::kReadsX1) and second.rs1 == first.rd) {
        return Forward::rs1;
    }
    return traits::has(second.op, traits::kReadsX2) and second.rs2 == first.rd ? Forward::rs2 : Forward::none;
}

}  // namespace

std::size_t fused_pair(const Insn& first, const Insn& second) {
    const std::size_t a = kFirstPosition[static_cast<std::size_t>(first.op)];
    const std::size_t b = kSecondPosition[static_cast<std::size_t>(second.op)];
    if (a == kFusedFirst.size() or b == kFusedSecond.size()) {
        return kFusedPairs;
    }
    return (a * kFusedSecond.size() + b) * kForwards + static_cast<std::size_t>(forward(first, second));
}

}  // namespace vm::guest::riscv
