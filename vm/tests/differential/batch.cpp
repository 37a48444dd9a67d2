#include "vm/tests/differential/batch.h"

#include "vm/guest/riscv/generate_code.h"
#include "vm/tests/differential/elf_writer.h"

namespace vm::tests {
namespace {

using guest::riscv::append_code;
using guest::riscv::append_word;
using guest::riscv::byte_count;
using guest::riscv::make_insn;
using guest::riscv::Opcode;
using guest::riscv::ProgramCode;

constexpr std::uint64_t kCodeAddress = 0x10000;
constexpr std::uint64_t kDataAddress = 0x1000000;

constexpr unsigned kS0 = 8;
constexpr unsigned kS1 = 9;
constexpr unsigned kA0 = 10;
constexpr unsigned kA1 = 11;
constexpr unsigned kA2 = 12;
constexpr unsigned kA7 = 17;
constexpr std::int64_t kWrite = 64;
constexpr std::int64_t kExit = 93;

// splitmix64: neighbouring numbers get unrelated seeds.
std::uint64_t program_seed(std::uint64_t seed, std::uint64_t number) {
    std::uint64_t z = seed * 0xd134'2543'de82'ef95 + (number + 1) * 0x9e37'79b9'7f4a'7c15;
    z = (z ^ z >> 30) * 0xbf58'476d'1ce4'e5b9;
    z = (z ^ z >> 27) * 0x94d0'49bb'1331'11eb;
    return z ^ z >> 31;
}

void load_constant(ProgramCode& code, unsigned rd, std::uint64_t value) {
    const auto number = static_cast<std::int64_t>(value);
    const std::int64_t high = (number + 0x800) & ~std::int64_t{0xfff};
    append_word(code, make_insn(Opcode::lui, rd, 0, 0, high));
    append_word(code, make_insn(Opcode::addi, rd, rd, 0, number - high));
}

// write(1, address, size) until all is written, then exit(0); exit(1) when a write fails.
ProgramCode write_and_exit(std::uint64_t address, std::uint64_t size) {
    ProgramCode code;
    load_constant(code, kS0, address);
    load_constant(code, kS1, size);
    ProgramCode loop;
    append_word(loop, make_insn(Opcode::addi, kA0, 0, 0, 1));
    append_word(loop, make_insn(Opcode::addi, kA1, kS0, 0, 0));
    append_word(loop, make_insn(Opcode::addi, kA2, kS1, 0, 0));
    append_word(loop, make_insn(Opcode::addi, kA7, 0, 0, kWrite));
    append_word(loop, make_insn(Opcode::ecall, 0, 0, 0, 0));
    append_word(loop, make_insn(Opcode::bge, 0, 0, kA0, 24));  // to the failure below
    append_word(loop, make_insn(Opcode::add, kS0, kS0, kA0, 0));
    append_word(loop, make_insn(Opcode::sub, kS1, kS1, kA0, 0));
    append_word(loop, make_insn(Opcode::bne, 0, kS1, 0, -static_cast<std::int64_t>(byte_count(loop))));
    append_code(code, loop);
    append_word(code, make_insn(Opcode::addi, kA0, 0, 0, 0));
    append_word(code, make_insn(Opcode::jal, 0, 0, 0, 8));
    append_word(code, make_insn(Opcode::addi, kA0, 0, 0, 1));  // the failure
    append_word(code, make_insn(Opcode::addi, kA7, 0, 0, kExit));
    append_word(code, make_insn(Opcode::ecall, 0, 0, 0, 0));
    return code;
}

}  // namespace

Batch make_batch(const BatchRequest& request) {
    using guest::riscv::generate_program;
    namespace program_data = guest::riscv::program_data;
    Batch batch;
    ProgramCode code;
    std::vector<std::byte> data;
    // The place of a program's data depends on its number alone.
    const std::uint64_t data_start = kDataAddress + request.first % kProgramsPerProcess * program_data::kSize;
    for (std::uint64_t i = 0; i < request.count; ++i) {
        batch.programs.push_back(generate_program({.seed = program_seed(request.seed, request.first + i),
                                                   .data_address = data_start + data.size(),
                                                   .most_items = request.most_items}));
        append_code(code, batch.programs.back().code);
        const auto& more = batch.programs.back().data;
        data.insert(data.end(), more.begin(), more.end());
    }
    append_code(code, write_and_exit(data_start, data.size()));
    batch.output_size = data.size();
    // The segment starts on a page; what lies before the data is never looked at.
    data.insert(data.begin(), data_start - kDataAddress, std::byte{0});
    batch.elf =
        make_elf({.code_address = kCodeAddress, .code = code, .data_address = kDataAddress, .data = data});
    return batch;
}

}  // namespace vm::tests
