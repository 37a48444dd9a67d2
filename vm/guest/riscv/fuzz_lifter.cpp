// Any bytes lift to a block that verifies, before and after optimisation, and that counts what it holds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "vm/guest/riscv/lifter.h"
#include "vm/ir/passes/optimise.h"
#include "vm/ir/verify.h"

namespace {

namespace riscv = vm::guest::riscv;

constexpr std::uint64_t kPc = 0x1'0000'0000;

void require(bool holds) {
    if (not holds) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const unsigned options = data[0];
    riscv::LiftRequest request;
    request.pc = kPc;
    request.bytes = std::as_bytes(std::span(data, size).subspan(2));
    request.max_instructions = data[1] + 1u;
    request.branches = (options & 1) != 0 ? riscv::Branches::side_exit : riscv::Branches::end_block;
    request.context.float_enabled = (options & 2) == 0;
    request.context.rounds_on_host = (options & 4) == 0;
    request.context.atomics_by_helper = (options & 8) == 0;
    request.context.reach = (options & 16) != 0 ? vm::ir::Reach::device : vm::ir::Reach::memory;

    vm::ir::Block block;
    const riscv::Lifted lifted = riscv::lift(block, request);
    require(vm::ir::verify(block).has_value());
    require(lifted.instructions <= request.max_instructions and lifted.bytes <= request.bytes.size());
    require(lifted.bytes >= 2 * lifted.instructions);
    require(block.frames()[block.nodes().back().frame].retired == lifted.instructions);
    vm::ir::passes::optimise(block, vm::ir::passes::kMaxLevel);
    require(vm::ir::verify(block).has_value());
    return 0;
}
