#include "suites/jit/programs.h"

#include <array>

#include "vm/guest/riscv/generate_code.h"
#include "vm/mem/guest_ram.h"

namespace suites::jit {
namespace {

using vm::guest::riscv::append_word;
using vm::guest::riscv::Insn;
using vm::guest::riscv::make_insn;
using vm::guest::riscv::Opcode;
using vm::guest::riscv::ProgramCode;
using vm::mem::kPageSize;
namespace page = vm::mem::page;

constexpr std::uint64_t kCode = 0x4000'0000;
constexpr std::uint64_t kTable = 0x3000'0000;

constexpr unsigned kZero = 0;
constexpr unsigned kRa = 1;
constexpr unsigned kT0 = 5;
constexpr unsigned kT1 = 6;
constexpr unsigned kA0 = 10;
constexpr unsigned kA1 = 11;
constexpr unsigned kA2 = 12;
constexpr unsigned kA3 = 13;
constexpr unsigned kA4 = 14;
constexpr unsigned kA5 = 15;

Insn addi(unsigned rd, unsigned rs1, std::int64_t imm) { return make_insn(Opcode::addi, rd, rs1, 0, imm); }
Insn add(unsigned rd, unsigned rs1, unsigned rs2) { return make_insn(Opcode::add, rd, rs1, rs2, 0); }
Insn jalr(unsigned rd, unsigned rs1) { return make_insn(Opcode::jalr, rd, rs1, 0, 0); }
Insn jal(std::uint64_t from, std::uint64_t to) {
    return make_insn(Opcode::jal, kZero, 0, 0, static_cast<std::int64_t>(to - from));
}

ProgramCode code_of(std::initializer_list<Insn> insns) {
    ProgramCode code;
    for (const Insn& insn : insns) append_word(code, insn);
    return code;
}

void put_code(Guest& guest, std::uint64_t address, const ProgramCode& code, std::uint8_t more = 0) {
    guest.map({address, kPageSize, static_cast<std::uint8_t>(page::kRead | page::kExecute | more),
               std::as_bytes(std::span(code))});
}

}  // namespace

// a0 counts blocks, a1 rounds, a2 is where the table of addresses lies: both kinds load from it, so that they
// differ in the jump alone.
JumpRing::JumpRing(Guest& to, Jump jump, std::uint64_t distance) : guest(to) {
    std::array<std::uint64_t, kBlocks> addresses{};
    for (std::uint64_t i = 0; i < kBlocks; ++i) addresses[i] = kCode + i * distance;
    guest.map({kTable, kPageSize, page::kRead, std::as_bytes(std::span(addresses))});

    ProgramCode near_by;
    for (std::uint64_t i = 0; i < kBlocks; ++i) {
        const std::uint64_t next = (i + 1) % kBlocks;
        ProgramCode code = code_of(
            {make_insn(Opcode::ld, kT1, kA2, 0, static_cast<std::int64_t>(8 * next)), addi(kA0, kA0, 1)});
        if (next == 0) {
            append_word(code, addi(kA1, kA1, -1));
            append_word(code, make_insn(Opcode::beq, 0, kA1, kZero, 8));  // over the jump
        }
        const std::uint64_t at = addresses[i] + vm::guest::riscv::byte_count(code);
        append_word(code, jump == Jump::direct ? jal(at, addresses[next]) : jalr(kZero, kT1));
        append_word(code, jalr(kZero, kRa));
        if (distance >= kPageSize) {
            put_code(guest, addresses[i], code);
        } else {
            near_by.resize(i * distance / 2);
            vm::guest::riscv::append_code(near_by, code);
        }
    }
    if (distance < kPageSize) {
        put_code(guest, kCode, near_by);
    }
}

std::uint64_t JumpRing::call(std::uint64_t rounds) const { return guest.call(kCode, {0, rounds, kTable}); }

PatchedCode::PatchedCode(Guest& to) : guest(to) {
    put_code(guest, kCode,
             code_of({addi(kT0, kRa, 0), addi(kA4, kZero, 0), addi(kA5, kA0, 0),
                      // A round: the function's instruction, whose constant grows, is stored and called.
                      make_insn(Opcode::sw, 0, kA1, kA5, 0), make_insn(Opcode::fence_i, 0, 0, 0, 0),
                      jalr(kRa, kA1), add(kA4, kA4, kA0), add(kA5, kA5, kA2), addi(kA3, kA3, -1),
                      make_insn(Opcode::bne, 0, kA3, kZero, -24), addi(kA0, kA4, 0), jalr(kZero, kT0)}));
    put_code(guest, kCode + kPageSize, code_of({addi(kA0, kZero, 0), jalr(kZero, kRa)}), page::kWrite);
}

std::uint64_t PatchedCode::call(std::uint64_t rounds) const {
    constexpr std::uint64_t kOne = std::uint64_t{1} << 20;  // in the place of the constant
    const std::uint32_t first = vm::guest::riscv::encode(addi(kA0, kZero, 1));
    return guest.call(kCode, {first, kCode + kPageSize, kOne, rounds});
}

CountingBlock::CountingBlock(Guest& guest, std::int64_t distance)
    : next(kCode + 4 + static_cast<std::uint64_t>(distance)) {
    const ProgramCode code = code_of({addi(kA0, kA0, 1), jal(0, static_cast<std::uint64_t>(distance))});
    const auto host =
        guest.map({kCode, kPageSize, page::kRead | page::kExecute, std::as_bytes(std::span(code))});
    request = {.pc = kCode, .bytes = host, .instructions = 64};
}

}  // namespace suites::jit
