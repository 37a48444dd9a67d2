#include "vm/jit/x64/lowering.h"
#include "vm/mem/address.h"

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;
using ir::Opcode;

// Addresses have kAddressBits, as memory is reserved; what an offset adds is caught by what lies around that,
// which nobody can reach. Cheap to know for a base that was looked at already.
x86::Mem Lowering::address_of(ir::Value base, std::uint8_t number, std::uint32_t site) {
    const std::int64_t offset = ir::offset(node());
    if (base.is_constant()) {
        const std::uint64_t address = block_->bits(base) + static_cast<std::uint64_t>(offset);
        load_constant(kScratch, address);
        if (address >> kAddressBits != 0) assembler_.jmp(outside(site));
        return x86::ptr(gp64(kMemoryRegister), gp64(kScratch));
    }
    if (not checked_[base.index()]) {
        assembler_.mov(gp64(kScratch), gp64(number));
        assembler_.shr(gp64(kScratch), kAddressBits);
        assembler_.jnz(outside(site));
        checked_[base.index()] = true;
    }
    return x86::ptr(gp64(kMemoryRegister), gp64(number), 0, static_cast<std::int32_t>(offset));
}

// Where an access goes whose base lies outside. It may still be inside with its offset, but then others from
// the same base, which are not looked at any more, could reach behind what is reserved: so the run ends here.
asmjit::Label Lowering::outside(std::uint32_t site) {
    out_->sites[site].outside = true;
    const Label entry = assembler_.newLabel();
    serve_cold(entry, entry, site);
    return entry;
}

// Finds the translation of the access; behind the code, C++ carries out one that has none.
x86::Mem Lowering::translated(ir::Value base, std::uint8_t number, const Temporaries& temporaries,
                              std::uint32_t site) {
    const bool store = node().op == Opcode::store;
    const auto& found = store ? memory_.stores : memory_.loads;
    const unsigned size = ir::size_of(ir::mem_kind(node()));
    const auto offset = static_cast<std::int32_t>(ir::offset(node()));
    x86::Assembler& a = assembler_;
    if (base.is_constant()) {
        load_constant(kScratch, block_->bits(base) + static_cast<std::uint64_t>(ir::offset(node())));
    } else {
        a.lea(gp64(kScratch), x86::ptr(gp64(number), offset));
    }
    const auto [slot, tag] = temporaries;
    constexpr unsigned kEntryShift = 4;
    a.mov(gp32(slot), gp32(kScratch));
    a.shr(gp32(slot), mem::kPageShift - kEntryShift);
    a.and_(gp32(slot), (memory_.entry_count - 1) << kEntryShift);
    a.lea(gp64(tag), x86::ptr(gp64(kScratch), static_cast<std::int32_t>(size - 1)));
    a.and_(gp64(tag), -static_cast<std::int32_t>(mem::kPageSize));
    a.or_(gp64(tag), x86::qword_ptr(gp64(kMemoryRegister), found.asid));
    a.cmp(gp64(tag), x86::qword_ptr(gp64(kMemoryRegister), gp64(slot), 0, found.entries));
    const Label entry = a.newLabel();
    a.jne(entry);
    a.add(gp64(kScratch), x86::qword_ptr(gp64(kMemoryRegister), gp64(slot), 0, found.entries + 8));
    access_back_ = a.newLabel();
    serve_cold(entry, access_back_, site);
    return x86::ptr(gp64(kScratch));
}

// Everything is where it must be before the site is made and before the first branch: what moves later would
// be elsewhere for those who come by the cold side.
void Lowering::lower_access() {
    const ir::Value base = node().operands[0];
    const ir::Value value = node().operands[1];
    const bool store = node().op == Opcode::store;
    if (not memory_.translated and ir::reach(node()) == ir::Reach::device) return serve_access();
    if (store and needs_register(value)) registers_.vacate(kRdx);
    const std::uint8_t number = base.is_node() ? general(base) : kScratch;
    if (store and value.is_node()) {
        (void)(ir::is_float(type(value)) ? vector(value) : general(value));
    }
    Temporaries temporaries{};
    if (memory_.translated) temporaries = {registers_.temporary(), registers_.temporary()};
    const std::uint32_t site = make_site(true);
    registers_.free_temporaries();
    const std::uint8_t to = store ? kScratch : define_result(site, base);
    x86::Mem at =
        memory_.translated ? translated(base, number, temporaries, site) : address_of(base, number, site);
    at.setSize(ir::size_of(ir::mem_kind(node())));
    store ? emit_store(value, at, site) : emit_load(to, at, site);
    if (memory_.translated) assembler_.bind(access_back_);
}

// A constant that no store takes as it is.
bool Lowering::needs_register(ir::Value value) const {
    if (not value.is_constant() or ir::is_float(type(value))) return false;
    return ir::size_of(ir::mem_kind(node())) == 8 and not immediate(value);
}

// The next instruction is the access; where hardware checks it, it may fail.
void Lowering::note_access(std::uint32_t site) {
    if (memory_.translated) return;
    out_->sites[site].host_offset = static_cast<std::uint32_t>(assembler_.offset());
    out_->faults.push_back(site);
}

void Lowering::emit_load(std::uint8_t to, const x86::Mem& from, std::uint32_t site) {
    note_access(site);
    if (ir::is_float(node().type)) {
        from.size() == 8 ? assembler_.vmovsd(xmm(to), from) : assembler_.vmovss(xmm(to), from);
        return;
    }
    switch (ir::mem_kind(node())) {
        case ir::MemKind::u8:
        case ir::MemKind::u16:
            assembler_.movzx(gp32(to), from);
            return;
        case ir::MemKind::s8:
        case ir::MemKind::s16:
            assembler_.movsx(gp64(to), from);
            return;
        case ir::MemKind::u32:
            assembler_.mov(gp32(to), from);
            return;
        case ir::MemKind::s32:
            assembler_.movsxd(gp64(to), from);
            return;
        case ir::MemKind::u64:
            break;
    }
    assembler_.mov(gp64(to), from);
}

// The scratch register may hold the address.
void Lowering::emit_store(ir::Value value, const x86::Mem& to, std::uint32_t site) {
    if (ir::is_float(type(value))) {
        const std::uint8_t from = vector(value);
        note_access(site);
        to.size() == 8 ? assembler_.vmovsd(to, xmm(from)) : assembler_.vmovss(to, xmm(from));
        return;
    }
    if (needs_register(value)) {
        load_constant(kRdx, block_->bits(value));
        note_access(site);
        return store_general(to, kRdx);
    }
    if (value.is_constant()) {
        note_access(site);
        assembler_.mov(to, static_cast<std::int32_t>(static_cast<std::uint32_t>(block_->bits(value))));
        return;
    }
    const std::uint8_t from = general(value);
    note_access(site);
    store_general(to, from);
}

// The whole access by C++.
void Lowering::serve_access() {
    const std::uint32_t site = make_site(true);
    if (node().op == Opcode::load) (void)define_result(site);
    serve(site);
}

void Lowering::store_general(const x86::Mem& to, std::uint8_t from) {
    switch (to.size()) {
        case 1:
            assembler_.mov(to, gp8(from));
            return;
        case 2:
            assembler_.mov(to, x86::gpw(from));
            return;
        case 4:
            assembler_.mov(to, gp32(from));
            return;
        default:
            assembler_.mov(to, gp64(from));
            return;
    }
}

}  // namespace vm::jit::x64
