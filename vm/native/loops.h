#pragma once

// For tests: small programs that loop for ever, each over one kind of instruction, from any state of the
// registers but those that Loop names.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <ostream>
#include <string_view>

#include "vm/base/check.h"
#include "vm/guest/riscv/csr_file.h"
#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/encoding.h"
#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/test_program.h"
#include "vm/mem/address.h"

namespace vm::native {

// Code that runs at any address.
class Loop : public guest::riscv::testing::TestProgram<Loop> {
  public:
    using Insn = guest::riscv::Insn;
    using Csr = guest::riscv::Csr;

    static constexpr std::uint64_t kSize = mem::kPageSize;
    // What holds the address of the code, of a page of data, and of where accesses fault.
    static constexpr unsigned kCodeAt = 8;
    static constexpr unsigned kDataAt = 9;
    static constexpr unsigned kNowhere = 18;
    // What counts the rounds, and two that are free.
    static constexpr unsigned kRounds = 31;
    static constexpr unsigned kT = 29;
    static constexpr unsigned kU = 30;

    Loop() : TestProgram(0, kSize) {}

    guest::riscv::ProgramCode code() const {
        guest::riscv::ProgramCode code;
        for (const std::uint32_t each : words()) {
            code.push_back(static_cast<std::uint16_t>(each));
            code.push_back(static_cast<std::uint16_t>(each >> 16));
        }
        return code;
    }

    Loop& count() { return op(Opcode::addi, kRounds, kRounds, 0, 1); }
    // x`rd` = the address in `base`, and as many bytes as the rounds modulo a power of two, times another
    // one.
    Loop& phase(unsigned rd, unsigned base, std::int32_t modulus, std::int32_t shift = 0) {
        op(Opcode::andi, rd, kRounds, 0, modulus - 1).op(Opcode::slli, rd, rd, 0, shift);
        return op(Opcode::add, rd, rd, base);
    }
    // Each between other registers, of which some are the compiler's busiest and some are not.
    Loop& each(std::initializer_list<Opcode> opcodes, std::int32_t imm = 0) {
        for (const Opcode opcode : opcodes) {
            some(opcode, imm, 0);
        }
        return *this;
    }
    // The same in each rounding mode that an instruction can name, where it rounds.
    Loop& each_float(std::initializer_list<Opcode> opcodes) {
        for (const Opcode opcode : opcodes) {
            for (const unsigned mode : {0u, 1u, 2u, 3u, 4u, 7u}) {
                const bool rounds = guest::riscv::encoding(opcode).has_operand("rm");
                if (rounds or mode == 0) some(opcode, 0, static_cast<std::uint8_t>(mode));
            }
        }
        return *this;
    }
    Loop& in_mode_of_frm(Opcode opcode) {
        const bool rounds = guest::riscv::encoding(opcode).has_operand("rm");
        some(opcode, 0, rounds ? guest::riscv::kDynamicRounding : std::uint8_t{0});
        return *this;
    }
    // Registers of floating point, or others, from the data: a different part in each round.
    Loop& refresh(Opcode load, std::int32_t bytes) {
        phase(kT, kDataAt, 64, 3);
        for (std::int32_t k = 0; k < 12; ++k) {
            op(load, next_register(), kT, 0, k * bytes);
        }
        return *this;
    }
    Loop& csr(Opcode opcode, unsigned rd, Csr number, unsigned rs1) {
        return op(opcode, rd, rs1, 0, static_cast<std::int32_t>(number));
    }
    Loop& compressed(const Insn& first, const Insn& second) {
        const auto low = guest::riscv::compress(first);
        const auto high = guest::riscv::compress(second);
        VM_CHECK(low and high);
        return word(*low | std::uint32_t{*high} << 16);
    }

  private:
    // None of those named above.
    unsigned next_register() {
        static constexpr std::uint8_t kFree[] = {10, 11, 5,  12, 13, 20, 14, 15, 6, 21,
                                                 22, 7,  23, 24, 25, 16, 17, 26, 27};
        return kFree[turn_++ % std::size(kFree)];
    }
    void some(Opcode opcode, std::int32_t imm, std::uint8_t mode) {
        const auto& encoding = guest::riscv::encoding(opcode);
        const auto field = [&](std::string_view integer, std::string_view floating) {
            const bool there = encoding.has_operand(integer) or encoding.has_operand(floating);
            return static_cast<std::uint8_t>(there ? next_register() : 0);
        };
        Insn insn;
        insn.op = opcode;
        insn.rd = field("rd", "frd");
        insn.rs1 = field("rs1", "frs1");
        insn.rs2 = field("rs2", "frs2");
        insn.rs3 = field("rs3", "frs3");
        insn.rm = mode;
        insn.imm = imm;
        word(guest::riscv::encode(insn));
    }

    std::size_t turn_ = 0;
};

namespace loops {

using Op = guest::riscv::Opcode;
using guest::riscv::make_insn;

inline Loop integers() {
    Loop loop;
    loop.count();
    for (const std::int32_t imm : {1, -7}) {
        loop.each({Op::add,   Op::sub,  Op::mul,   Op::mulh, Op::xor_, Op::mulhu, Op::mulhsu,
                   Op::mulw,  Op::sltu, Op::div,   Op::divu, Op::rem,  Op::remu,  Op::divw,
                   Op::divuw, Op::remw, Op::remuw, Op::addw, Op::subw, Op::or_,   Op::sll,
                   Op::srl,   Op::sra,  Op::sllw,  Op::srlw, Op::sraw, Op::and_,  Op::slt});
        loop.each({Op::addi, Op::addiw, Op::xori, Op::slti, Op::sltiu, Op::ori, Op::andi}, imm);
        loop.each({Op::slli, Op::srli, Op::srai, Op::slliw, Op::srliw, Op::sraiw}, 13);
        loop.each({Op::lui, Op::auipc}, imm * 4096);
        loop.refresh(Op::ld, 8);
    }
    return loop.jump(0);
}

inline Loop bits() {
    Loop loop;
    loop.count();
    for (const std::int32_t amount : {1, 31}) {
        loop.each({Op::rol,       Op::ror,      Op::rolw,   Op::rorw,      Op::andn,      Op::orn,
                   Op::xnor,      Op::clz,      Op::ctz,    Op::cpop,      Op::clzw,      Op::ctzw,
                   Op::cpopw,     Op::sext_b,   Op::sext_h, Op::zext_h,    Op::min,       Op::minu,
                   Op::max,       Op::maxu,     Op::orc_b,  Op::rev8,      Op::clmul,     Op::clmulh,
                   Op::clmulr,    Op::bclr,     Op::bext,   Op::binv,      Op::bset,      Op::add_uw,
                   Op::sh1add,    Op::sh2add,   Op::sh3add, Op::sh1add_uw, Op::sh2add_uw, Op::sh3add_uw,
                   Op::czero_eqz, Op::czero_nez});
        loop.each({Op::rori, Op::roriw, Op::bclri, Op::bexti, Op::binvi, Op::bseti, Op::slli_uw}, amount);
        loop.refresh(Op::ld, 8);
    }
    return loop.jump(0);
}

// Every size, wherever in the first bytes of the data it lies.
inline Loop accesses(std::int32_t step) {
    Loop loop;
    loop.count().phase(Loop::kT, Loop::kDataAt, 256, step);
    std::int32_t offset = 0;
    unsigned number = 10;
    for (const Op load : {Op::lb, Op::lh, Op::lw, Op::ld, Op::lbu, Op::lhu, Op::lwu}) {
        loop.op(load, number++, Loop::kT, 0, offset += 3);
    }
    loop.op(Op::add, 20, 20, 11).op(Op::xor_, 21, 20, 13);
    for (const Op store : {Op::sb, Op::sh, Op::sw, Op::sd}) {
        loop.op(store, 0, Loop::kT, 20 + number % 2, offset += 5);
        ++number;
    }
    loop.op(Op::fld, 1, Loop::kT, 0, 8).op(Op::flw, 21, Loop::kT, 0, 19).op(Op::fsd, 0, Loop::kT, 1, 77);
    return loop.op(Op::fsw, 0, Loop::kT, 21, 91).jump(0);
}
inline Loop sizes() { return accesses(3); }
inline Loop misaligned() { return accesses(0); }

// Each kind both ways, and a short loop inside.
inline Loop branches() {
    Loop loop;
    loop.count().refresh(Op::ld, 8).phase(Loop::kU, 0, 8);
    const std::uint64_t inner = loop.here();
    for (const Op branch : {Op::beq, Op::bne, Op::blt, Op::bge, Op::bltu, Op::bgeu}) {
        loop.branch(branch, 10, 11, loop.here() + 8).op(Op::addi, 20, 20, 0, 1);
        loop.branch(branch, 12, Loop::kU, loop.here() + 12).op(Op::xor_, 10, 10, 13).op(Op::sub, 11, 11, 20);
        loop.branch(branch, 11, 11, loop.here() + 8).op(Op::addi, 21, 21, 0, 3);
    }
    loop.op(Op::addi, Loop::kU, Loop::kU, 0, -1).branch(Op::bge, Loop::kU, 0, inner);
    return loop.jump(0);
}

// A function that calls itself to a depth that changes, with a stack in the data.
inline Loop calls() {
    constexpr unsigned kSp = 2;
    constexpr std::int32_t kFunction = 64;
    Loop loop;
    loop.count().op(Op::lui, Loop::kT, 0, 0, 4096).op(Op::addi, Loop::kT, Loop::kT, 0, -64);
    loop.op(Op::add, kSp, Loop::kDataAt, Loop::kT).phase(10, 0, 8);
    loop.op(Op::jal, 1, 0, 0, kFunction - static_cast<std::int32_t>(loop.here()));
    loop.op(Op::add, 20, 20, 10).jump(0);
    loop.at(kFunction).branch(Op::bne, 10, 0, kFunction + 8).op(Op::jalr, 0, 1);
    loop.op(Op::addi, kSp, kSp, 0, -16).op(Op::sd, 0, kSp, 1).op(Op::sd, 0, kSp, 10, 8);
    loop.op(Op::addi, 10, 10, 0, -1);
    loop.op(Op::jal, 1, 0, 0, kFunction - static_cast<std::int32_t>(loop.here()));
    loop.op(Op::ld, 11, kSp, 0, 8).op(Op::add, 10, 10, 11).op(Op::ld, 1, kSp).op(Op::addi, kSp, kSp, 0, 16);
    return loop.op(Op::jalr, 0, 1);
}

// To one of eight places, each of which adds another number.
inline Loop table() {
    constexpr std::int32_t kPlaces = 64;
    Loop loop;
    loop.count().op(Op::mul, 10, Loop::kRounds, Loop::kRounds).op(Op::srli, 10, 10, 0, 2);
    loop.op(Op::andi, 10, 10, 0, 7).op(Op::slli, 10, 10, 0, 3).op(Op::add, 10, 10, Loop::kCodeAt);
    loop.op(Op::jalr, 0, 10, 0, kPlaces).at(kPlaces);
    for (std::int32_t k = 0; k < 8; ++k) {
        loop.op(Op::addi, 11, 11, 0, 1 << k).jump(0);
    }
    return loop;
}

inline Loop rounding_changes(Loop loop) {
    constexpr unsigned kModes = 5;  // the last of which compiled code does not know
    loop.op(Op::addi, Loop::kT, 0, 0, kModes).op(Op::remu, Loop::kT, Loop::kRounds, Loop::kT);
    return loop.csr(Op::csrrw, 10, Loop::Csr::frm, Loop::kT);
}
// Reads the flags now and then, and clears them.
inline Loop flags_are_read(Loop loop) {
    loop.phase(Loop::kT, 0, 4).branch(Op::bne, Loop::kT, 0, loop.here() + 8);
    return loop.csr(Op::csrrw, 11, Loop::Csr::fflags, 0).op(Op::add, 12, 12, 11);
}

inline Loop doubles() {
    Loop loop = rounding_changes(Loop().count().refresh(Op::fld, 8));
    loop.each_float({Op::fadd_d, Op::fsub_d, Op::fmul_d, Op::fdiv_d, Op::fsqrt_d, Op::fmadd_d, Op::fmsub_d,
                     Op::fnmsub_d, Op::fnmadd_d});
    loop.refresh(Op::fld, 8)
        .each({Op::fmin_d, Op::fmax_d, Op::fsgnj_d, Op::fsgnjn_d, Op::fsgnjx_d, Op::feq_d, Op::flt_d,
               Op::fle_d, Op::fclass_d, Op::fmv_x_d, Op::fmv_d_x});
    return flags_are_read(loop).jump(0);
}
inline Loop singles() {
    Loop loop = rounding_changes(Loop().count().refresh(Op::flw, 8));
    loop.each_float({Op::fadd_s, Op::fsub_s, Op::fmul_s, Op::fdiv_s, Op::fsqrt_s, Op::fmadd_s, Op::fmsub_s,
                     Op::fnmsub_s, Op::fnmadd_s});
    loop.refresh(Op::fld, 8)
        .each({Op::fmin_s, Op::fmax_s, Op::fsgnj_s, Op::fsgnjn_s, Op::fsgnjx_s, Op::feq_s, Op::flt_s,
               Op::fle_s, Op::fclass_s, Op::fmv_x_w, Op::fmv_w_x});
    return flags_are_read(loop).jump(0);
}
inline Loop conversions() {
    Loop loop = rounding_changes(Loop().count().refresh(Op::fld, 8).refresh(Op::ld, 8));
    loop.each_float({Op::fcvt_w_d, Op::fcvt_wu_d, Op::fcvt_l_d, Op::fcvt_lu_d, Op::fcvt_d_w, Op::fcvt_d_wu,
                     Op::fcvt_d_l, Op::fcvt_d_lu, Op::fcvt_s_d, Op::fcvt_d_s});
    loop.refresh(Op::flw, 8).refresh(Op::ld, 8);
    loop.each_float({Op::fcvt_w_s, Op::fcvt_wu_s, Op::fcvt_l_s, Op::fcvt_lu_s, Op::fcvt_s_w, Op::fcvt_s_wu,
                     Op::fcvt_s_l, Op::fcvt_s_lu});
    return flags_are_read(loop).jump(0);
}

// What each instruction raises, by itself.
inline Loop flags() {
    constexpr unsigned kAll = 19;
    Loop loop;
    loop.count().csr(Op::csrrw, 0, Loop::Csr::frm, 0).refresh(Op::fld, 8);
    for (const Op op :
         {Op::fadd_d,   Op::fsub_d,   Op::fmul_d,   Op::fdiv_d,    Op::fsqrt_d,   Op::fmadd_d,
          Op::fnmsub_d, Op::fmin_d,   Op::fmax_d,   Op::feq_d,     Op::flt_d,     Op::fle_d,
          Op::fcvt_w_d, Op::fcvt_l_d, Op::fcvt_s_d, Op::fcvt_lu_d, Op::fadd_s,    Op::fmul_s,
          Op::fdiv_s,   Op::fsqrt_s,  Op::fmsub_s,  Op::fnmadd_s,  Op::fmin_s,    Op::fmax_s,
          Op::feq_s,    Op::flt_s,    Op::fle_s,    Op::fcvt_w_s,  Op::fcvt_wu_s, Op::fcvt_d_s}) {
        loop.in_mode_of_frm(op).csr(Op::csrrw, Loop::kT, Loop::Csr::fflags, 0);
        loop.op(Op::rori, kAll, kAll, 0, 59).op(Op::xor_, kAll, kAll, Loop::kT).refresh(Op::fld, 8);
    }
    return loop.jump(0);
}

inline Loop compressed() {
    Loop loop;
    loop.count();
    loop.compressed(make_insn(Op::addi, 10, 10, 0, 5), make_insn(Op::add, 11, 11, 10, 0));
    loop.compressed(make_insn(Op::ld, 12, Loop::kDataAt, 0, 16), make_insn(Op::sub, 13, 13, 12, 0));
    loop.compressed(make_insn(Op::sd, 0, Loop::kDataAt, 13, 24), make_insn(Op::slli, 10, 10, 0, 7));
    loop.compressed(make_insn(Op::beq, 0, 12, 0, 6), make_insn(Op::xor_, 12, 12, 11, 0));
    loop.compressed(make_insn(Op::addiw, 20, 20, 0, -3), make_insn(Op::srai, 13, 13, 0, 2));
    loop.compressed(make_insn(Op::lw, 14, Loop::kDataAt, 0, 4), make_insn(Op::sw, 0, Loop::kDataAt, 10, 8));
    loop.compressed(make_insn(Op::fld, 15, Loop::kDataAt, 0, 8),
                    make_insn(Op::fsd, 0, Loop::kDataAt, 15, 40));
    return loop.jump(0);
}

inline Loop atomics() {
    Loop loop;
    loop.count().phase(Loop::kT, Loop::kDataAt, 16, 3);
    loop.op(Op::lr_d, 10, Loop::kT).op(Op::add, 11, 10, Loop::kRounds).op(Op::sc_d, 12, Loop::kT, 11);
    loop.op(Op::sc_w, 13, Loop::kT, 11).op(Op::add, 20, 20, 12).op(Op::lr_w, 14, Loop::kDataAt);
    loop.op(Op::sc_w, 15, Loop::kT, 20).op(Op::add, 20, 20, 15);
    unsigned number = 10;
    for (const Op amo :
         {Op::amoswap_w, Op::amoadd_w, Op::amoxor_w, Op::amoand_w, Op::amoor_w, Op::amomin_w, Op::amomax_w,
          Op::amominu_w, Op::amomaxu_w, Op::amoswap_d, Op::amoadd_d, Op::amoxor_d, Op::amoand_d, Op::amoor_d,
          Op::amomin_d, Op::amomax_d, Op::amominu_d, Op::amomaxu_d}) {
        loop.op(amo, number, Loop::kT, Loop::kRounds).op(Op::xor_, 20, 20, number);
        number = number == 15 ? 10 : number + 1;
    }
    return loop.op(Op::addi, Loop::kU, Loop::kT, 0, 2).op(Op::lr_w, 16, Loop::kT).jump(0);
}

// Between instructions that are compiled, so that what they count must be settled.
inline Loop counters() {
    Loop loop;
    loop.count().csr(Op::csrrs, 10, Loop::Csr::instret, 0).op(Op::add, 20, 20, 10);
    loop.phase(Loop::kT, 0, 4).branch(Op::bne, Loop::kT, 0, loop.here() + 8).op(Op::addi, 21, 21, 0, 1);
    loop.csr(Op::csrrs, 11, Loop::Csr::cycle, 0).op(Op::sub, 12, 11, 10).op(Op::sd, 0, Loop::kDataAt, 12);
    return loop.op(Op::mul, 22, 22, 11).jump(0);
}

// Counts up the number that a function returns, by its instruction.
inline Loop self_modifying() {
    constexpr std::int32_t kFunction = 64;
    Loop loop;
    loop.count().op(Op::lw, Loop::kT, Loop::kCodeAt, 0, kFunction).op(Op::lui, Loop::kU, 0, 0, 1 << 20);
    loop.op(Op::addw, Loop::kT, Loop::kT, Loop::kU).op(Op::sw, 0, Loop::kCodeAt, Loop::kT, kFunction);
    loop.op(Op::fence_i).op(Op::jal, 1, 0, 0, kFunction - static_cast<std::int32_t>(loop.here()));
    loop.op(Op::add, 20, 20, 10).phase(Loop::kT, 0, 16);
    const std::uint64_t rest = loop.here();
    loop.op(Op::addi, 21, 21, 0, 3).op(Op::addi, Loop::kT, Loop::kT, 0, -1);
    loop.branch(Op::bge, Loop::kT, 0, rest).jump(0);
    return loop.at(kFunction).op(Op::addi, 10, 0, 0, 0).op(Op::jalr, 0, 1);
}

// One round of eight goes nowhere, by a load and a store.
inline Loop faulting() {
    Loop loop;
    loop.count().phase(Loop::kT, 0, 8).op(Op::czero_nez, Loop::kU, Loop::kNowhere, Loop::kT);
    loop.op(Op::czero_eqz, Loop::kT, Loop::kDataAt, Loop::kT).op(Op::or_, Loop::kT, Loop::kT, Loop::kU);
    loop.op(Op::addi, 10, 10, 0, 1).op(Op::ld, 11, Loop::kT, 0, 8).op(Op::add, 12, 12, 11);
    loop.op(Op::sd, 0, Loop::kT, 12, 16).op(Op::lbu, 13, Loop::kT, 0, 3).op(Op::fld, 10, Loop::kT, 0, 24);
    loop.op(Op::amoadd_d, 14, Loop::kT, 10);
    return loop.op(Op::addi, 10, 10, 0, 1).op(Op::xor_, 20, 20, 10).jump(0);
}

struct Named {
    const char* name;
    Loop (*make)();
    bool slow = false;  // each round is compiled anew

    friend void PrintTo(const Named& loop, std::ostream* out) { *out << loop.name; }
};
inline constexpr Named kAll[] = {{"Integers", integers},
                                 {"Bits", bits},
                                 {"Sizes", sizes},
                                 {"Misaligned", misaligned},
                                 {"Branches", branches},
                                 {"Calls", calls},
                                 {"Table", table},
                                 {"Doubles", doubles},
                                 {"Singles", singles},
                                 {"Conversions", conversions},
                                 {"Flags", flags},
                                 {"Compressed", compressed},
                                 {"Atomics", atomics},
                                 {"Counters", counters},
                                 {"SelfModifying", self_modifying, true},
                                 {"Faulting", faulting}};

}  // namespace loops
}  // namespace vm::native
