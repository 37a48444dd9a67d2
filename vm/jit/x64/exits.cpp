#include <array>
#include <string_view>

#include "vm/base/bits.h"
#include "vm/jit/x64/condition.h"
#include "vm/jit/x64/lowering.h"
#include "vm/jit/x64/parallel_moves.h"
#include "vm/mem/address.h"

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;
using ir::Opcode;
using ir::Type;

void Lowering::lower_exit() {
    if (node().op != Opcode::branch and node().op != Opcode::leave_if) {
        // A value that lies in a slot alone must survive the writes to slots.
        if (node().operands[0].is_node()) (void)general(node().operands[0]);
        return emit_exit(make_site(true));
    }
    const auto [a, b, c, d] = node().operands;
    if (a.is_node()) (void)general(a);
    if (b.is_node()) (void)general(b);
    const std::uint32_t site = make_site(true);
    compare(a, b);
    const Label entry = assembler_.newLabel();
    assembler_.j(code_of(ir::condition(node())), entry);
    cold_exits_.push_back({entry, site});
}

// Slots in memory first, while every value is still where it was; then the homes; then away, by a jump that
// may come to lead to another block instead of behind itself.
void Lowering::emit_exit(std::uint32_t number) {
    Site& site = out_->sites[number];
    store_slots(site);
    const bool has_value = site.node.op == Opcode::goto_value or site.node.op == Opcode::trap;
    if (has_value) load_general(site.operands[0], kScratch);
    load_homes(site);
    if (const std::uint32_t unretired = instructions_ - site.retired; unretired != 0) {
        assembler_.add(gp64(kCountdownRegister), unretired);
        if (out_->counter != nullptr) {
            assembler_.mov(gp64(kRcx), reinterpret_cast<std::uint64_t>(&out_->counter->unretired));
            assembler_.add(x86::qword_ptr(gp64(kRcx)), unretired);
        }
    }
    // What another page holds may change without a word to this one.
    const bool jumps = site.node.op == Opcode::branch or site.node.op == Opcode::goto_;
    const bool far = jumps and memory_.translated and (site.pc ^ out_->pc) >> mem::kPageShift != 0;
    if (far) load_constant(kScratch, site.pc);
    if (far or site.node.op == Opcode::goto_value) look_up_jump();
    site.linkable = jumps and not far;
    if (site.linkable) emit_link(site);
    assembler_.mov(x86::rdx, reinterpret_cast<std::uint64_t>(&site));
    assembler_.jmp(stubs_.leave);
}

// A jump behind itself, until it is linked.
void Lowering::emit_link(Site& site) {
    constexpr std::size_t kDisplacement = 4;  // behind one byte, and aligned
    static constexpr std::array<std::string_view, kDisplacement> kNops = {
        "", "\x90", "\x66\x90", {"\x0f\x1f\x00", 3}};
    const std::string_view nop = kNops[kDisplacement - 1 - assembler_.offset() % kDisplacement];
    assembler_.embed(nop.data(), nop.size());
    site.host_offset = static_cast<std::uint32_t>(assembler_.offset());
    const Label behind = assembler_.newLabel();
    assembler_.long_().jmp(behind);
    assembler_.bind(behind);
}

// On to compiled code where the jump was seen before, its target in the scratch register. What is no home is
// nobody's here.
void Lowering::look_up_jump() {
    constexpr std::uint32_t kIndexBits = (JumpCache::kEntries - 1) << 1;  // of an address
    static_assert(sizeof(JumpCache::Entry) == 2 << 3);                    // which counts twice eight bytes
    constexpr auto kSpace = static_cast<std::int32_t>(offsetof(JumpCache, space));
    constexpr auto kSpaces = static_cast<std::int32_t>(offsetof(JumpCache, spaces));
    constexpr auto kJumps = static_cast<std::int32_t>(offsetof(NativeFrame, jumps));
    static_assert(offsetof(JumpCache, entries) == 0);
    const Label miss = assembler_.newLabel();
    if (out_->counter != nullptr) {
        assembler_.mov(gp64(kRcx), reinterpret_cast<std::uint64_t>(&out_->counter->look_ups));
        assembler_.inc(x86::qword_ptr(gp64(kRcx)));
    }
    assembler_.mov(gp32(kRcx), gp32(kScratch));
    assembler_.mov(gp64(kRdx), x86::qword_ptr(x86::rsp, kJumps));
    assembler_.and_(gp32(kRcx), kIndexBits);
    assembler_.cmp(gp64(kScratch), x86::qword_ptr(gp64(kRdx), gp64(kRcx), 3));
    assembler_.jne(miss);
    if (memory_.translated) {
        assembler_.mov(gp64(kScratch), x86::qword_ptr(gp64(kRdx), kSpace));
        assembler_.cmp(gp64(kScratch), x86::qword_ptr(gp64(kRdx), gp64(kRcx), 2, kSpaces));
        assembler_.mov(gp64(kScratch), x86::qword_ptr(gp64(kRdx), gp64(kRcx), 3));  // what it was
        assembler_.jne(miss);
    }
    assembler_.jmp(x86::qword_ptr(gp64(kRdx), gp64(kRcx), 3, offsetof(JumpCache::Entry, code)));
    assembler_.bind(miss);
}

void Lowering::load_general(const Place& from, std::uint8_t to) {
    if (from.kind == Place::Kind::general) {
        if (from.index != to) assembler_.mov(gp64(to), gp64(static_cast<std::uint8_t>(from.index)));
    } else if (from.kind == Place::Kind::constant) {
        load_constant(to, out_->constants[from.index]);
    } else if (from.kind == Place::Kind::spill) {
        assembler_.mov(gp64(to), x86::qword_ptr(x86::rsp, static_cast<std::int32_t>(8 * from.index)));
    } else {
        assembler_.mov(gp64(to), state_at(from.index, 8));
    }
}

void Lowering::store_slots(const Site& site) {
    for (std::uint32_t i = 0; i < site.moves; ++i) {
        const SlotMove& move = moves_[site.first_move + i];
        const SlotUpdate& update = updates_[move.update];
        if (update.home == kNoHome) store_formed(update, move.from);
    }
}

// The scratch registers serve values that have none.
void Lowering::store_formed(const SlotUpdate& update, const Place& place) {
    const bool canonical = update.form == ir::Form::canon or update.form == ir::Form::box_canon;
    if (place.kind == Place::Kind::vector or canonical) return store_vector(update, place);
    auto from = static_cast<std::uint8_t>(place.index);
    if (place.kind != Place::Kind::general) {
        load_general(place, kScratch);
        from = kScratch;
    }
    if (update.form == ir::Form::sext) {
        assembler_.movsxd(gp64(kScratch), gp32(from));
        from = kScratch;
    } else if (update.form == ir::Form::zext) {
        assembler_.mov(gp32(kScratch), gp32(from));
        from = kScratch;
    } else if (update.form == ir::Form::box) {
        assembler_.mov(state_at(update.offset, 4), gp32(from));
        assembler_.mov(state_at(update.offset + 4, 4), -1);
        return;
    }
    if (update.addend != 0) {
        assembler_.lea(gp64(kScratch), x86::ptr(gp64(from), update.addend));
        from = kScratch;
    }
    store_general(state_at(update.offset, update.bytes), from);
}

void Lowering::store_vector(const SlotUpdate& update, const Place& place) {
    auto from = static_cast<std::uint8_t>(place.index);
    if (update.form != ir::Form::whole or place.kind != Place::Kind::vector) {
        load_vector(place, kVectorScratch);
        form_vector(update, kVectorScratch);
        from = kVectorScratch;
    }
    const auto to = state_at(update.offset, update.bytes);
    update.bytes == 8 ? assembler_.vmovsd(to, xmm(from)) : assembler_.vmovss(to, xmm(from));
}

void Lowering::load_vector(const Place& from, std::uint8_t to) {
    if (from.kind == Place::Kind::vector) {
        if (from.index != to) assembler_.vmovapd(xmm(to), xmm(static_cast<std::uint8_t>(from.index)));
    } else if (from.kind == Place::Kind::constant) {
        assembler_.vmovsd(xmm(to), constant(out_->constants[from.index]));
    } else if (from.kind == Place::Kind::spill) {
        assembler_.vmovsd(xmm(to), x86::qword_ptr(x86::rsp, static_cast<std::int32_t>(8 * from.index)));
    } else {
        assembler_.vmovsd(xmm(to), state_at(from.index, 8));
    }
}

void Lowering::form_vector(const SlotUpdate& update, std::uint8_t number) {
    if (update.form == ir::Form::canon) make_canonical(number, update.type, update.quiet);
    if (update.form == ir::Form::box_canon) make_canonical(number, Type::f32, update.quiet);
    if (update.form == ir::Form::box or update.form == ir::Form::box_canon) {
        assembler_.vorpd(xmm(number), xmm(number), constant(ir::kBox));
    }
}

// Register to register in parallel, then what comes from memory or is constant, then forms in place.
void Lowering::load_homes(const Site& site) {
    std::array<ParallelMoves, 2> parallel;
    const auto each = [&](auto action) {
        for (std::uint32_t i = 0; i < site.moves; ++i) {
            const SlotMove& move = moves_[site.first_move + i];
            const SlotUpdate& update = updates_[move.update];
            if (update.home != kNoHome) action(update, move.from, host_register(update.home));
        }
    };
    each([&](const SlotUpdate&, const Place& from, std::uint8_t to) {
        if (from.kind == Place::Kind::general or from.kind == Place::Kind::vector) {
            const std::size_t file = from.kind == Place::Kind::vector ? 1 : 0;
            parallel[file].add(to, static_cast<std::uint8_t>(from.index));
        }
    });
    parallel[0].run([this](std::uint8_t to, std::uint8_t from) { assembler_.mov(gp64(to), gp64(from)); },
                    [this](std::uint8_t a, std::uint8_t b) { assembler_.xchg(gp64(a), gp64(b)); });
    parallel[1].run([this](std::uint8_t to, std::uint8_t from) { assembler_.vmovapd(xmm(to), xmm(from)); },
                    [this](std::uint8_t a, std::uint8_t b) {
                        assembler_.vmovapd(xmm(kVectorScratch), xmm(a));
                        assembler_.vmovapd(xmm(a), xmm(b));
                        assembler_.vmovapd(xmm(b), xmm(kVectorScratch));
                    });
    each(
        [&](const SlotUpdate& update, const Place& from, std::uint8_t to) { finish_home(update, from, to); });
}

void Lowering::finish_home(const SlotUpdate& update, const Place& from, std::uint8_t to) {
    const bool in_register = from.kind == Place::Kind::general or from.kind == Place::Kind::vector;
    if (ir::is_float(update.type)) {
        if (not in_register) load_vector(from, to);
        form_vector(update, to);
        return;
    }
    if (from.kind == Place::Kind::constant) {
        const std::uint64_t bits = out_->constants[from.index];
        const std::uint64_t formed = update.form == ir::Form::sext ? sext32(bits) : bits;
        load_constant(to, formed + static_cast<std::uint64_t>(update.addend));
        return;
    }
    if (not in_register) load_general(from, to);
    if (update.form == ir::Form::sext) assembler_.movsxd(gp64(to), gp32(to));
    if (update.form == ir::Form::zext) assembler_.mov(gp32(to), gp32(to));
    if (update.addend != 0) assembler_.add(gp64(to), update.addend);
}

}  // namespace vm::jit::x64
