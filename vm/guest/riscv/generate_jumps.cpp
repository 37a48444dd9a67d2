// The items that jump.

#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/generate_items.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint8_t kRa = 1;
constexpr std::uint8_t kT0 = 5;

}  // namespace

// A jump over the next `skipped_bytes`; its offset depends on its own length.
void ItemWriter::emit_forward(ProgramCode& code, Insn jump, std::size_t skipped_bytes) {
    if (random_.one_in(2)) {
        jump.imm = static_cast<std::int32_t>(skipped_bytes + 2);
        if (const auto half = compress(jump)) return code.push_back(*half);
    }
    jump.imm = static_cast<std::int32_t>(skipped_bytes + 4);
    append_word(code, jump);
}

void ItemWriter::skip(ProgramCode& code, unsigned depth) {
    Insn branch = with_random_fields(pick(Kind::branch));
    const std::uint32_t shape = random_.below(4);
    if (shape == 0) branch.rs2 = 0;
    if (shape == 1) branch.rs2 = branch.rs1;
    const ProgramCode skipped = body(3, depth);
    emit_forward(code, branch, byte_count(skipped));
    append_code(code, skipped);
}

void ItemWriter::jump(ProgramCode& code, unsigned depth) {
    const std::uint8_t link = random_.one_in(2) ? std::uint8_t{0} : destination();
    const ProgramCode skipped = body(2, depth);
    emit_forward(code, make_insn(Opcode::jal, link, 0, 0, 0), byte_count(skipped));
    append_code(code, skipped);
}

// auipc, then jalr with the distance in its own immediate (at times odd: bit 0 of the target is dropped) or
// added before.
void ItemWriter::jump_to_register(ProgramCode& code, unsigned depth) {
    const std::uint8_t pointer = temporary();
    std::uint8_t link = destination();
    if (random_.one_in(2)) link = writable(kRa) && random_.one_in(2) ? kRa : std::uint8_t{0};
    const ProgramCode skipped = body(2, depth);
    const auto distance = static_cast<std::int64_t>(byte_count(skipped));
    append_word(code, make_insn(Opcode::auipc, pointer, 0, 0, 0));
    if (random_.one_in(2)) {
        append_word(code, make_insn(Opcode::jalr, link, pointer, 0, distance + 8 + random_.below(2)));
    } else {
        const Insn jump = make_insn(Opcode::jalr, link, pointer, 0, 0);
        const auto compressed = compress(jump);
        const bool half = random_.one_in(2) and compressed.has_value();
        append_word(code, make_insn(Opcode::addi, pointer, pointer, 0, distance + (half ? 10 : 12)));
        if (half) {
            code.push_back(*compressed);
        } else {
            append_word(code, jump);
        }
    }
    append_code(code, skipped);
}

void ItemWriter::loop(ProgramCode& code, unsigned depth) {
    const std::uint8_t counter = temporary();
    const std::uint32_t was_kept = kept_;
    emit(code, make_insn(Opcode::addi, counter, 0, 0, random_.between(1, 6)));
    kept_ |= bit_of(counter);
    ProgramCode repeated = body(4, depth);
    kept_ = was_kept;
    emit(repeated, make_insn(Opcode::addi, counter, counter, 0, -1));
    const std::int64_t back = -static_cast<std::int64_t>(byte_count(repeated));
    if (random_.one_in(4)) {
        emit(repeated, make_insn(Opcode::blt, 0, 0, counter, back));
    } else {
        emit(repeated, make_insn(Opcode::bne, 0, counter, 0, back));
    }
    append_code(code, repeated);
}

// A function ahead of its call: the call jumps back, the return jumps on.
void ItemWriter::call(ProgramCode& code, unsigned depth) {
    std::uint8_t link = random_.one_in(2) ? kRa : kT0;
    if (!writable(link)) link = temporary();
    const std::uint32_t was_kept = kept_;
    kept_ |= bit_of(link);
    ProgramCode function = body(3, depth);
    kept_ = was_kept;
    emit(function, make_insn(Opcode::jalr, 0, link, 0, 0));
    emit_forward(code, make_insn(Opcode::jal, 0, 0, 0, 0), byte_count(function));
    append_code(code, function);
    emit(code, make_insn(Opcode::jal, link, 0, 0, -static_cast<std::int64_t>(byte_count(function))));
}

}  // namespace vm::guest::riscv
