#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "vm/guest/riscv/compressed.h"
#include "vm/guest/riscv/encoding.h"
#include "vm/guest/riscv/generate.h"
#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/random_values.h"

namespace vm::guest::riscv {

// Writes the items of one generated program. Two registers point into the data and are never written: `base`,
// of x8 to x15 so that compressed loads reach it, and sp.
class ItemWriter {
  public:
    ItemWriter(RandomValues& random, Zicond zicond);

    unsigned base() const { return base_; }
    // Offsets in the data that the two registers point to; not always aligned.
    std::size_t base_offset() const { return base_offset_; }
    std::size_t sp_offset() const { return sp_offset_; }

    // Appends the instruction, compressed at random where that is possible.
    void emit(ProgramCode& code, const Insn& insn);
    // Appends one random item; `depth` counts the loops, calls and skips around it.
    void item(ProgramCode& code, unsigned depth = 0);

  private:
    enum class Kind : std::uint8_t {
        integer,
        floating,
        load,
        store,
        atomic,
        reserve,
        csr,
        fence,
        branch,
        none
    };
    static Kind kind_of(const Encoding& line);
    const Encoding& pick(Kind kind);

    std::uint8_t any_register() { return static_cast<std::uint8_t>(random_.below(32)); }
    std::uint8_t destination();  // x0 at times
    std::uint8_t temporary();    // never x0
    bool writable(unsigned number) const { return (kept_ >> number & 1) == 0; }

    Insn with_random_fields(const Encoding& line);
    ProgramCode body(unsigned most, unsigned depth);
    void emit_forward(ProgramCode& code, Insn jump, std::size_t skipped_bytes);
    void point_to(ProgramCode& code, std::uint8_t pointer, std::size_t offset);
    void access(ProgramCode& code, Insn insn, std::size_t offset);

    void integer(ProgramCode& code);
    void floating(ProgramCode& code);
    void compressed(ProgramCode& code);
    bool emit_compressed(ProgramCode& code, const CompressedEncoding& line);
    std::uint8_t load(ProgramCode& code);
    void store(ProgramCode& code, std::uint8_t value);
    void chain(ProgramCode& code);
    void refresh(ProgramCode& code);
    void atomic(ProgramCode& code);
    void reserve(ProgramCode& code);
    void csr(ProgramCode& code);
    void fence(ProgramCode& code);
    void stack(ProgramCode& code);
    void skip(ProgramCode& code, unsigned depth);
    void jump(ProgramCode& code, unsigned depth);
    void jump_to_register(ProgramCode& code, unsigned depth);
    void loop(ProgramCode& code, unsigned depth);
    void call(ProgramCode& code, unsigned depth);

    RandomValues& random_;
    std::array<std::vector<Opcode>, 10> opcodes_;  // by Kind
    std::uint32_t kept_;                           // integer registers that must not be written now, as bits
    std::uint8_t base_;
    std::size_t base_offset_;
    std::size_t sp_offset_;
};

}  // namespace vm::guest::riscv
