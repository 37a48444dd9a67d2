#include "vm/native/guest_code.h"

#include <algorithm>

#include <fmt/format.h>

#include "vm/guest/riscv/disasm.h"

namespace vm::native {
namespace {

std::uint32_t count_instructions(const ir::Block& lifted) {
    std::uint32_t count = 0;
    for (const ir::Frame& frame : lifted.frames()) count = std::max(count, frame.retired);
    const ir::Opcode last = lifted.nodes().back().op;
    return count + (last == ir::Opcode::leave or last == ir::Opcode::trap ? 1 : 0);
}

// Whether the block goes round a loop again once so many instructions have retired: then the way on, to
// `behind`, is a side exit.
bool goes_round(const ir::Block& lifted, std::uint64_t behind, std::uint32_t retired) {
    return std::any_of(lifted.nodes().begin(), lifted.nodes().end(), [&](const ir::Node& node) {
        if (node.op != ir::Opcode::branch) return false;
        const ir::Frame& frame = lifted.frames()[node.frame];
        return frame.pc == behind and frame.retired == retired;
    });
}

}  // namespace

GuestCode guest_code(const jit::Compilation& from) {
    GuestCode code;
    std::size_t at = 0;
    for (std::uint32_t left = count_instructions(from.lifted); left > 0; --left) {
        if (at == from.request.bytes.size()) break;
        auto line = guest::riscv::list_front(from.request.bytes.subspan(at), from.request.pc + at);
        at += line.length;
        code.end = std::max(code.end, from.request.pc + at);
        code.lines.push_back(std::move(line.text));
        const auto retired = static_cast<std::uint32_t>(code.lines.size());
        if (goes_round(from.lifted, from.request.pc + at, retired)) at = 0;
    }
    return code;
}

std::string block_name(std::uint64_t pc, const SymbolTable& symbols) {
    const std::string symbol = symbols.name(pc);
    return symbol.empty() ? fmt::format("rv:{:#x}", pc) : fmt::format("rv:{:#x}:{}", pc, symbol);
}

}  // namespace vm::native
