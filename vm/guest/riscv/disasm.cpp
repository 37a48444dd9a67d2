#include "vm/guest/riscv/disasm.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/guest/riscv/compressed.h"
#include "vm/guest/riscv/csr_names.h"
#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/encoding.h"
#include "vm/guest/riscv/register_names.h"

namespace vm::guest::riscv {
namespace {

// Rounding modes in bits 14:12 (Unpriv. 20.2, table 28).
constexpr std::array<std::string_view, 8> kRoundingNames = {"rne", "rtz",     "rdn",     "rup",
                                                            "rmm", "unknown", "unknown", "dyn"};
constexpr unsigned kDynamic = 7;
constexpr unsigned kNearestEven = 0;

// The set of a fence's four order bits, as letters.
std::string fence_set(std::uint64_t set) {
    if (set == 0) return "unknown";
    std::string text;
    for (unsigned i = 0; i < 4; ++i) {
        if (bit(set, 3 - i)) text += "iorw"[i];
    }
    return text;
}

std::string csr_text(std::int32_t number) {
    const char* name = csr_name(static_cast<std::uint16_t>(number));
    return name != nullptr ? name : fmt::format("{:#x}", number);
}

std::string operand_text(std::string_view operand, const Insn& insn, std::uint64_t pc) {
    if (operand == "rd") return std::string(kIntegerNames[insn.rd]);
    if (operand == "rs1") return std::string(kIntegerNames[insn.rs1]);
    if (operand == "rs2") return std::string(kIntegerNames[insn.rs2]);
    if (operand == "frd") return std::string(kFloatNames[insn.rd]);
    if (operand == "frs1") return std::string(kFloatNames[insn.rs1]);
    if (operand == "frs2") return std::string(kFloatNames[insn.rs2]);
    if (operand == "frs3") return std::string(kFloatNames[insn.rs3]);
    if (operand == "imm") return fmt::format("{}", insn.imm);
    if (operand == "shamt") return fmt::format("{:#x}", insn.imm);
    if (operand == "uimm20") return fmt::format("{:#x}", static_cast<std::uint32_t>(insn.imm) >> 12);
    if (operand == "target") return fmt::format("{:#x}", pc + as_unsigned(insn.imm));
    if (operand == "csr") return csr_text(insn.imm);
    if (operand == "zimm") return fmt::format("{}", insn.rs1);
    if (operand == "pred") return fence_set(bits(as_unsigned(insn.imm), 4, 4));
    if (operand == "succ") return fence_set(bits(as_unsigned(insn.imm), 0, 4));
    if (operand == "rm" || operand == "rm?") return std::string(kRoundingNames[insn.rm]);
    VM_CHECK(false);  // a table line has an operand that nothing here prints
}

bool is_left_out(std::string_view operand, const Insn& insn) {
    return (operand == "rm" && insn.rm == kDynamic) || (operand == "rm?" && insn.rm == kNearestEven);
}

// The table's operand list with each name replaced by its value.
std::string operands_text(std::string_view operands, const Insn& insn, std::uint64_t pc) {
    std::string text;
    while (!operands.empty()) {
        const std::size_t end = operands.find_first_of(", ()");
        const std::string_view name = operands.substr(0, end);
        if (is_left_out(name, insn)) {
            text.pop_back();  // the comma before it
        } else if (!name.empty()) {
            text += operand_text(name, insn, pc);
        }
        if (end == std::string_view::npos) break;
        if (operands[end] != ' ') text += operands[end];
        operands.remove_prefix(end + 1);
    }
    return text;
}

std::string_view ordering_suffix(std::int32_t aq_rl) {
    constexpr std::array<std::string_view, 4> kSuffixes = {"", ".rl", ".aq", ".aqrl"};
    return kSuffixes[static_cast<std::size_t>(aq_rl)];
}

std::string join(std::string_view name, std::string_view suffix, const std::string& operands) {
    return fmt::format("{}{}{}{}", name, suffix, operands.empty() ? "" : " ", operands);
}

// Two fences have names of their own (Unpriv. 2.7, 4.1).
constexpr std::uint32_t kFenceTso = 0x8330'000f;
constexpr std::uint32_t kPause = 0x0100'000f;

std::string disassemble_word(const Insn& insn, std::uint64_t pc) {
    if (insn.op == Opcode::illegal) return fmt::format(".4byte {:#x}", insn.bits);
    if (insn.bits == kFenceTso) return "fence.tso";
    if (insn.bits == kPause) return "pause";
    const Encoding& line = encoding(insn.op);
    const std::string_view suffix = line.format == Format::Atomic ? ordering_suffix(insn.imm) : "";
    return join(line.name, suffix, operands_text(line.operands, insn, pc));
}

std::string disassemble_half(const Insn& insn, std::uint64_t pc) {
    if (insn.bits == 0) return "c.unimp";
    const CompressedEncoding* line = compressed_encoding(static_cast<std::uint16_t>(insn.bits));
    if (line == nullptr) return fmt::format(".2byte {:#x}", insn.bits);
    return join(line->name, "", operands_text(line->operands, insn, pc));
}

}  // namespace

std::string disassemble(std::uint32_t bits, std::uint64_t pc) {
    const Insn insn = decode(bits);
    return insn.length == 2 ? disassemble_half(insn, pc) : disassemble_word(insn, pc);
}

ListedInsn list_front(std::span<const std::byte> bytes, std::uint64_t pc) {
    VM_CHECK(not bytes.empty());
    if (bytes.size() == 1) {
        return {fmt::format("{:x}: {:<8}  .byte {:#04x}", pc, fmt::format("{:02x}", bytes[0]), bytes[0]), 1};
    }
    const auto half = [&](std::size_t at) {
        return std::to_integer<std::uint32_t>(bytes[at]) | std::to_integer<std::uint32_t>(bytes[at + 1]) << 8;
    };
    const std::uint32_t low = half(0);
    if (instruction_length(low) == 2) {
        return {fmt::format("{:x}: {:<8}  {}", pc, fmt::format("{:04x}", low), disassemble(low, pc)), 2};
    }
    if (bytes.size() < 4) {
        return {fmt::format("{:x}: {:<8}  .2byte {:#06x}", pc, fmt::format("{:04x}", low), low), 2};
    }
    const std::uint32_t bits = low | half(2) << 16;
    return {fmt::format("{:x}: {:08x}  {}", pc, bits, disassemble(bits, pc)), 4};
}

}  // namespace vm::guest::riscv
