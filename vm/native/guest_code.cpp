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

}  // namespace

GuestCode guest_code(const jit::Compilation& from) {
    GuestCode code;
    std::size_t at = 0;
    for (std::uint32_t left = count_instructions(from.lifted); left > 0; --left) {
        if (at == from.request.bytes.size()) break;
        auto line = guest::riscv::list_front(from.request.bytes.subspan(at), from.request.pc + at);
        at += line.length;
        code.lines.push_back(std::move(line.text));
    }
    code.end = from.request.pc + at;
    return code;
}

std::string block_name(std::uint64_t pc, const SymbolTable& symbols) {
    const std::string symbol = symbols.name(pc);
    return symbol.empty() ? fmt::format("rv:{:#x}", pc) : fmt::format("rv:{:#x}:{}", pc, symbol);
}

}  // namespace vm::native
