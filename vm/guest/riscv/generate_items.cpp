#include "vm/guest/riscv/generate_items.h"

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/generate_code.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint8_t kSp = 2;

constexpr std::int32_t kFflags = 1;
constexpr std::int32_t kFrm = 2;

constexpr unsigned kDeepest = 2;  // loops and calls within loops and calls

// log2 of the bytes that a load, store or atomic touches: the low bits of its width field.
unsigned size_log2(const Encoding& line) { return line.match >> 12 & 3; }

std::int64_t difference(std::size_t to, std::size_t from) {
    return static_cast<std::int64_t>(to) - static_cast<std::int64_t>(from);
}

}  // namespace

std::string_view reason_not_generated(Opcode op) {
    switch (op) {
        case Opcode::illegal:
            return "raises a trap";
        case Opcode::ecall:
        case Opcode::ebreak:
            return "leaves the program";
        case Opcode::mret:
        case Opcode::sret:
        case Opcode::wfi:
        case Opcode::sfence_vma:
        case Opcode::sinval_vma:
        case Opcode::sfence_w_inval:
        case Opcode::sfence_inval_ir:
            return "illegal in user mode";
        default:
            return "";
    }
}

ItemWriter::Kind ItemWriter::kind_of(const Encoding& line) {
    if (!reason_not_generated(line.op).empty()) return Kind::none;
    switch (line.format) {
        case Format::B:
            return Kind::branch;
        case Format::J:
            return Kind::none;  // jump() and call() write jal and jalr
        case Format::Csr:
        case Format::CsrImm:
            return Kind::csr;
        case Format::Fence:
            return Kind::fence;
        case Format::S:
            return Kind::store;
        case Format::Atomic: {
            const bool reserves = (line.match >> 28) == 1;  // funct5 0001x: LR and SC
            return reserves ? Kind::reserve : Kind::atomic;
        }
        default:
            break;
    }
    if (line.op == Opcode::jalr) return Kind::none;
    if (line.has_operand("imm") && line.operands.ends_with("imm(rs1)")) return Kind::load;
    return line.has_operand("frd") || line.has_operand("frs1") ? Kind::floating : Kind::integer;
}

ItemWriter::ItemWriter(RandomValues& random, Zicond zicond)
    : random_(random), base_(static_cast<std::uint8_t>(random.between(8, 15))) {
    for (const Encoding& line : kEncodings) {
        const bool is_zicond = line.op == Opcode::czero_eqz || line.op == Opcode::czero_nez;
        if (is_zicond && zicond == Zicond::left_out) continue;
        opcodes_[static_cast<std::size_t>(kind_of(line))].push_back(line.op);
    }
    kept_ = bit_of(base_) | bit_of(kSp);
    // Half of the programs have aligned pointers, so that compressed accesses are not always misaligned.
    const unsigned alignment = random.one_in(2) ? 8 : 1;
    base_offset_ = align_down(program_data::kScratch + 128 + random.below(128), alignment);
    sp_offset_ = align_down(program_data::kScratch + random.below(128), alignment);
}

const Encoding& ItemWriter::pick(Kind kind) {
    const auto& opcodes = opcodes_[static_cast<std::size_t>(kind)];
    return encoding(opcodes[random_.below(static_cast<std::uint32_t>(opcodes.size()))]);
}

std::uint8_t ItemWriter::destination() { return random_.one_in(20) ? std::uint8_t{0} : temporary(); }

std::uint8_t ItemWriter::temporary() {
    for (;;) {
        const std::uint8_t number = any_register();
        if (number != 0 && writable(number)) return number;
    }
}

void ItemWriter::emit(ProgramCode& code, const Insn& insn) {
    if (random_.one_in(2)) {
        if (const auto half = compress(insn)) return code.push_back(*half);
    }
    append_word(code, insn);
}

ProgramCode ItemWriter::body(unsigned most, unsigned depth) {
    ProgramCode code;
    for (unsigned count = 1 + random_.below(most); count > 0; --count) item(code, depth + 1);
    return code;
}

// A word of this line with random fields that keeps the rules: nothing writes the kept registers, rounding
// modes are valid.
Insn ItemWriter::with_random_fields(const Encoding& line) {
    Insn insn = decode(line.match | (static_cast<std::uint32_t>(random_.next()) & ~line.mask));
    if (line.has_operand("rd")) insn.rd = destination();
    if (line.format == Format::RFloat || line.format == Format::R4) {
        const std::uint32_t mode = random_.below(8);
        insn.rm = static_cast<std::uint8_t>(mode < 5 ? mode : 7);
    }
    if (line.format == Format::I && random_.one_in(2)) insn.imm = random_.between(-9, 9);
    return insn;
}

// QEMU 7.2 counts on into the high word when the low one is zero,
// so ctzw gets a source with a bit set in the low word; the manual's answer for zero is a unit test's.
void ItemWriter::integer(ProgramCode& code) {
    Insn insn = with_random_fields(pick(Kind::integer));
    if (insn.op == Opcode::ctzw) {
        const std::uint8_t source = temporary();
        emit(code, make_insn(Opcode::bseti, source, insn.rs1, 0, random_.between(0, 31)));
        insn.rs1 = source;
    }
    emit(code, insn);
}

// Fresh operands half of the time: results of results are soon all NaN.
void ItemWriter::floating(ProgramCode& code) {
    const Insn insn = with_random_fields(pick(Kind::floating));
    for (const std::uint8_t source : {insn.rs1, insn.rs2, insn.rs3}) {
        if (!random_.one_in(2)) continue;
        const std::size_t word = random_.below(program_data::kConstantsSize / 8);
        Insn load = make_insn(random_.one_in(4) ? Opcode::flw : Opcode::fld, source, base_, 0, 0);
        load.imm = static_cast<std::int32_t>(difference(program_data::kConstants + 8 * word, base_offset_));
        emit(code, load);
    }
    emit(code, insn);
    // Flags are seen only where they were clear before.
    if (random_.one_in(2)) emit(code, make_insn(Opcode::csrrwi, destination(), 0, 0, kFflags));
}

// One line of rvc.inc, whatever its registers; jumps among them come from the items that know where to.
void ItemWriter::compressed(ProgramCode& code) {
    for (;;) {
        const CompressedEncoding& line = kCompressed[random_.below(kCompressed.size())];
        if (emit_compressed(code, line)) return;
    }
}

bool ItemWriter::emit_compressed(ProgramCode& code, const CompressedEncoding& line) {
    const auto half =
        static_cast<std::uint16_t>(line.match | (random_.next() & static_cast<std::uint16_t>(~line.mask)));
    if (compressed_encoding(half) != &line) return false;
    Insn insn = decode(half);
    const Encoding& expansion = encoding(insn.op);
    const Kind kind = kind_of(expansion);
    if (kind != Kind::integer && kind != Kind::load && kind != Kind::store) return false;
    if (expansion.has_operand("rd") && !writable(insn.rd)) return false;
    if (kind != Kind::integer && line.implied != Implied::rs1_sp) insn.rs1 = base_;
    const auto word = encode_compressed(line, insn);
    VM_CHECK(word.has_value());
    code.push_back(*word);
    return true;
}

void ItemWriter::point_to(ProgramCode& code, std::uint8_t pointer, std::size_t offset) {
    emit(code, make_insn(Opcode::addi, pointer, base_, 0, difference(offset, base_offset_)));
}

// A load or store of the data at `offset`, through base, sp or a computed pointer.
void ItemWriter::access(ProgramCode& code, Insn insn, std::size_t offset) {
    std::size_t pointer_offset = base_offset_;
    insn.rs1 = base_;
    const std::uint32_t way = random_.below(4);
    if (way == 0) {
        insn.rs1 = kSp;
        pointer_offset = sp_offset_;
    } else if (way == 1) {
        insn.rs1 = temporary();
        pointer_offset += static_cast<std::size_t>(random_.between(-500, 500));
        point_to(code, insn.rs1, pointer_offset);
    }
    insn.imm = static_cast<std::int32_t>(difference(offset, pointer_offset));
    emit(code, insn);
}

// Returns rd, for a chain of integers to go on with.
std::uint8_t ItemWriter::load(ProgramCode& code) {
    const Encoding& line = pick(Kind::load);
    const std::uint32_t places = program_data::kConstantsSize + program_data::kScratchSize - 8;
    std::size_t offset = program_data::kConstants + random_.below(places);
    if (random_.one_in(2)) offset = align_down(offset, std::uint64_t{1} << size_log2(line));
    const Insn insn = with_random_fields(line);
    access(code, insn, offset);
    return insn.rd;
}

void ItemWriter::store(ProgramCode& code, std::uint8_t value) {
    const Encoding& line = pick(Kind::store);
    std::size_t offset = program_data::kScratch + random_.below(program_data::kScratchSize - 8);
    if (random_.one_in(2)) offset = align_down(offset, std::uint64_t{1} << size_log2(line));
    Insn insn = with_random_fields(line);
    insn.rs2 = value;
    access(code, insn, offset);
}

// A new operand for an integer register: results of results drift to zero and ones.
void ItemWriter::refresh(ProgramCode& code) {
    const std::size_t word = random_.below(program_data::kConstantsSize / 8);
    access(code, with_random_fields(encoding(Opcode::ld)), program_data::kConstants + 8 * word);
}

// Instructions that each take the one before's result, of the kinds compilers put side by side: what engines
// fuse, forward or keep in host registers.
void ItemWriter::chain(ProgramCode& code) {
    constexpr std::array kArithmetic = {Opcode::add,  Opcode::addi, Opcode::slli, Opcode::srli,
                                        Opcode::xor_, Opcode::and_, Opcode::andi, Opcode::or_,
                                        Opcode::sub,  Opcode::addw, Opcode::addiw};
    std::uint8_t last = any_register();
    const auto source = [&] { return random_.one_in(3) ? any_register() : last; };
    for (unsigned count = 2 + random_.below(5); count > 0; --count) {
        const std::uint32_t shape = random_.below(8);
        if (shape == 0) {
            Insn branch = with_random_fields(pick(Kind::branch));
            branch.rs1 = source();
            branch.rs2 = source();
            ProgramCode skipped;
            integer(skipped);
            emit_forward(code, branch, byte_count(skipped));
            append_code(code, skipped);
        } else if (shape <= 2) {
            last = load(code);
        } else if (shape == 3) {
            store(code, last);
        } else {
            Insn insn = with_random_fields(encoding(kArithmetic[random_.below(kArithmetic.size())]));
            insn.rs1 = source();
            if (encoding(insn.op).has_operand("rs2")) insn.rs2 = source();
            emit(code, insn);
            last = insn.rd;
        }
    }
}

void ItemWriter::atomic(ProgramCode& code) {
    const Encoding& line = pick(Kind::atomic);
    Insn insn = with_random_fields(line);
    insn.rs1 = temporary();
    const std::size_t offset = program_data::kScratch + random_.below(program_data::kScratchSize - 8);
    point_to(code, insn.rs1, align_down(offset, std::uint64_t{1} << size_log2(line)));
    emit(code, insn);
}

// LR and SC of one width, with what makes the SC fail or not between them. Each such item ends without a
// reservation.
void ItemWriter::reserve(ProgramCode& code) {
    const bool wide = random_.one_in(2);
    const unsigned size = wide ? 8 : 4;
    const std::uint8_t pointer = temporary();
    const std::size_t slots = program_data::kScratchSize / size - 2;
    const std::size_t offset =
        program_data::kScratch + size * random_.below(static_cast<std::uint32_t>(slots));
    const std::uint32_t was_kept = kept_;
    const auto conditional = [&] {
        Insn insn = with_random_fields(encoding(wide ? Opcode::sc_d : Opcode::sc_w));
        insn.rs1 = pointer;
        emit(code, insn);
    };
    point_to(code, pointer, offset);
    kept_ |= bit_of(pointer);
    const std::uint32_t shape = random_.below(6);
    if (shape != 0) {  // 0: an SC without an LR
        Insn insn = with_random_fields(encoding(wide ? Opcode::lr_d : Opcode::lr_w));
        insn.rs1 = pointer;
        emit(code, insn);
    }
    if (shape == 1) {  // a store to the reserved word, that may or may not change it
        emit(code, make_insn(wide ? Opcode::sd : Opcode::sw, 0, pointer, any_register(), 0));
    } else if (shape == 2) {  // an SC to another word
        emit(code, make_insn(Opcode::addi, pointer, pointer, 0, size));
    } else if (shape == 3) {
        integer(code);
    } else if (shape == 4) {  // two SCs: the second fails
        conditional();
    }
    conditional();
    kept_ = was_kept;
}

// fflags, frm and fcsr: the other registers that a program may read differ from run to run. The rounding mode
// is valid again before a floating-point instruction can ask for it.
void ItemWriter::csr(ProgramCode& code) {
    Insn insn = with_random_fields(pick(Kind::csr));
    insn.imm = random_.between(1, 3);
    emit(code, insn);
    if (insn.imm != kFflags) emit(code, make_insn(Opcode::csrrwi, 0, random_.below(5), 0, kFrm));
}

void ItemWriter::fence(ProgramCode& code) {
    constexpr std::int32_t kTso = 0x833;
    const Encoding& line = pick(Kind::fence);
    Insn insn = make_insn(line.op, 0, 0, 0, 0);
    if (line.op == Opcode::fence) insn.imm = random_.one_in(4) ? kTso : random_.between(0, 255);
    emit(code, insn);
}

// Moves sp and back, and forms an address from it between.
void ItemWriter::stack(ProgramCode& code) {
    const std::int32_t step = 16 * random_.between(-31, 31);
    emit(code, make_insn(Opcode::addi, kSp, kSp, 0, step));
    const std::uint8_t address = destination();
    emit(code, make_insn(Opcode::addi, address, kSp, 0, 4 * random_.between(0, 255)));
    emit(code, make_insn(Opcode::addi, kSp, kSp, 0, -step));
}

void ItemWriter::item(ProgramCode& code, unsigned depth) {
    using Write = void (*)(ItemWriter&, ProgramCode&);
    using WriteNested = void (ItemWriter::*)(ProgramCode&, unsigned);
    struct Weighted {
        std::uint32_t weight;
        Write write;
    };
    constexpr auto kPlain = std::to_array<Weighted>({
        {20, [](ItemWriter& writer, ProgramCode& to) { writer.integer(to); }},
        {24, [](ItemWriter& writer, ProgramCode& to) { writer.floating(to); }},
        {14, [](ItemWriter& writer, ProgramCode& to) { writer.compressed(to); }},
        {7, [](ItemWriter& writer, ProgramCode& to) { writer.load(to); }},
        {7, [](ItemWriter& writer, ProgramCode& to) { writer.store(to, writer.any_register()); }},
        {10, [](ItemWriter& writer, ProgramCode& to) { writer.chain(to); }},
        {4, [](ItemWriter& writer, ProgramCode& to) { writer.refresh(to); }},
        {5, [](ItemWriter& writer, ProgramCode& to) { writer.atomic(to); }},
        {3, [](ItemWriter& writer, ProgramCode& to) { writer.reserve(to); }},
        {3, [](ItemWriter& writer, ProgramCode& to) { writer.csr(to); }},
        {1, [](ItemWriter& writer, ProgramCode& to) { writer.fence(to); }},
        {2, [](ItemWriter& writer, ProgramCode& to) { writer.stack(to); }},
    });
    constexpr std::array<WriteNested, 5> kNested = {&ItemWriter::skip, &ItemWriter::jump,
                                                    &ItemWriter::jump_to_register, &ItemWriter::loop,
                                                    &ItemWriter::call};
    if (depth < kDeepest && random_.one_in(6)) {
        const WriteNested write = kNested[random_.below(kNested.size())];
        return (this->*write)(code, depth);
    }
    std::uint32_t ticket = random_.below(100);
    for (const Weighted& plain : kPlain) {
        if (ticket < plain.weight) return plain.write(*this, code);
        ticket -= plain.weight;
    }
    VM_CHECK(false);  // the weights add up to 100
}

}  // namespace vm::guest::riscv
