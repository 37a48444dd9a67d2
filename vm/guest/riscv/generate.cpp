#include "vm/guest/riscv/generate.h"

#include <array>
#include <cstring>

#include "vm/base/check.h"
#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/generate_items.h"

namespace vm::guest::riscv {
namespace {

constexpr std::int32_t kFcsrNumber = 3;
constexpr unsigned kSp = 2;

// Loads and stores of the state reach it from base, wherever that points in the data.
std::int64_t from_base(const ItemWriter& items, std::size_t offset) {
    return static_cast<std::int64_t>(offset) - static_cast<std::int64_t>(items.base_offset());
}

std::vector<std::byte> make_data(RandomValues& random, const ItemWriter& items, std::uint64_t address) {
    std::array<std::uint64_t, program_data::kSize / 8> words{};
    const auto word = [&](std::size_t offset) -> std::uint64_t& { return words[offset / 8]; };
    for (unsigned i = 1; i < 32; ++i) word(program_data::kIntegers + 8 * i) = random.integer();
    word(program_data::kIntegers + 8 * items.base()) = address + items.base_offset();
    word(program_data::kIntegers + 8 * kSp) = address + items.sp_offset();
    for (unsigned i = 0; i < 32; ++i) word(program_data::kFloats + 8 * i) = random.float_register();
    word(program_data::kFcsr) = random.below(5) << 5 | (random.one_in(2) ? 0 : random.below(32));
    for (std::size_t offset = program_data::kConstants; offset < program_data::kSize; offset += 8) {
        word(offset) = random.one_in(4) ? random.integer() : random.float_register();
    }
    std::vector<std::byte> data(program_data::kSize);
    std::memcpy(data.data(), words.data(), data.size());
    return data;
}

void emit_prologue(ItemWriter& items, ProgramCode& code, std::uint64_t address) {
    const unsigned base = items.base();
    const auto target = static_cast<std::int64_t>(address + items.base_offset());
    const std::int64_t high = (target + 0x800) & ~std::int64_t{0xfff};
    items.emit(code, make_insn(Opcode::lui, base, 0, 0, high));
    items.emit(code, make_insn(Opcode::addi, base, base, 0, target - high));
    items.emit(code, make_insn(Opcode::ld, 1, base, 0, from_base(items, program_data::kFcsr)));
    items.emit(code, make_insn(Opcode::csrrw, 0, 1, 0, kFcsrNumber));
    for (unsigned i = 0; i < 32; ++i) {
        items.emit(code, make_insn(Opcode::fld, i, base, 0, from_base(items, program_data::kFloats + 8 * i)));
    }
    for (unsigned i = 1; i < 32; ++i) {
        if (i == base) continue;
        items.emit(code,
                   make_insn(Opcode::ld, i, base, 0, from_base(items, program_data::kIntegers + 8 * i)));
    }
}

void emit_epilogue(ItemWriter& items, ProgramCode& code) {
    const unsigned base = items.base();
    for (unsigned i = 0; i < 32; ++i) {
        items.emit(code,
                   make_insn(Opcode::sd, 0, base, i, from_base(items, program_data::kIntegers + 8 * i)));
        items.emit(code, make_insn(Opcode::fsd, 0, base, i, from_base(items, program_data::kFloats + 8 * i)));
    }
    items.emit(code, make_insn(Opcode::csrrs, 1, 0, 0, kFcsrNumber));
    items.emit(code, make_insn(Opcode::sd, 0, base, 1, from_base(items, program_data::kFcsr)));
}

}  // namespace

GeneratedProgram generate_program(const ProgramOptions& options) {
    VM_CHECK(options.data_address % 8 == 0 && options.data_address < 0x8000'0000 - program_data::kSize);
    RandomValues random(options.seed);
    ItemWriter items(random, options.zicond);
    GeneratedProgram program;
    program.data = make_data(random, items, options.data_address);
    emit_prologue(items, program.code, options.data_address);
    const std::size_t count = 20 + random.below(60);
    for (std::size_t i = 0; i < count && i < options.most_items; ++i) {
        program.item_start.push_back(program.code.size());
        items.item(program.code);
    }
    program.item_start.push_back(program.code.size());
    emit_epilogue(items, program.code);
    return program;
}

}  // namespace vm::guest::riscv
