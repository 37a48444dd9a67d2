#include <bit>
#include <cstddef>
#include <limits>

#include "vm/jit/x64/lowering.h"
#include "vm/mem/address.h"
#include "vm/mmu/recent_regions.h"

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;
using ir::Opcode;

// Addresses have kAddressBits, as memory is reserved; what an offset adds is caught by what lies around that,
// which nobody can reach. The shift takes its amount from the memory register: see kMemoryBias.
x86::Mem Lowering::address_of(ir::Value base, std::uint8_t number, std::uint32_t site) {
    const std::int64_t offset = ir::offset(node());
    const auto at = [](std::uint8_t index, std::int64_t displacement) {
        return x86::ptr(gp64(kMemoryRegister), gp64(index), 0,
                        static_cast<std::int32_t>(displacement + kMemoryBias));
    };
    if (base.is_constant()) {
        const std::uint64_t address = block_->bits(base) + static_cast<std::uint64_t>(offset);
        load_constant(kScratch, address);
        if (address >> kAddressBits != 0) assembler_.jmp(outside(site));
        return at(kScratch, 0);
    }
    if (memory_.checked and not checked_[base.index()]) {
        assembler_.shrx(gp64(kScratch), gp64(number), gp64(kMemoryRegister));
        assembler_.test(gp64(kScratch), gp64(kScratch));
        assembler_.jnz(outside(site));
        checked_[base.index()] = true;
    }
    if (offset <= std::numeric_limits<std::int32_t>::max() - kMemoryBias) return at(number, offset);
    assembler_.lea(gp64(kScratch), x86::ptr(gp64(number), static_cast<std::int32_t>(offset)));
    return at(kScratch, 0);
}

// Where an access goes whose base lies outside. It may still be inside with its offset, but then others from
// the same base, which are not looked at any more, could reach behind what is reserved: so the run ends here.
asmjit::Label Lowering::outside(std::uint32_t site) {
    out_->sites[site].outside = true;
    const Label entry = assembler_.newLabel();
    serve_cold(entry, entry, site);
    return entry;
}

// Where the access leads if that is in the region where its base led before; else behind the code the
// translation is looked up, and C++ carries out what has none.
x86::Mem Lowering::translated(ir::Value base, std::uint8_t number, std::uint32_t site) {
    const bool store = node().op == Opcode::store;
    const unsigned size = ir::size_of(ir::mem_kind(node()));
    const std::uint32_t place = 8 * recent_place(base, site);
    const std::int32_t recent =
        (store ? memory_.stores : memory_.loads).recent + static_cast<std::int32_t>(place);
    constexpr auto kBases = static_cast<std::int32_t>(offsetof(mmu::RecentRegions, bases));
    constexpr auto kLimits = static_cast<std::int32_t>(offsetof(mmu::RecentRegions, limits));
    constexpr auto kHosts = static_cast<std::int32_t>(offsetof(mmu::RecentRegions, hosts));
    const Label entry = assembler_.newLabel();
    access_back_ = assembler_.newLabel();
    ColdLookUp look_up{
        .entry = entry,
        .back = assembler_.newLabel(),
        .none = assembler_.newLabel(),
        .code = stubs_.look_up[store ? 1 : 0][static_cast<std::size_t>(std::countr_zero(size))],
        .place = place,
        .base = number,
        .offset = static_cast<std::int32_t>(ir::offset(node())),
        .address = {}};
    if (base.is_constant()) {
        look_up.address = block_->bits(base) + static_cast<std::uint64_t>(ir::offset(node()));
    }
    load_address(look_up);
    assembler_.xor_(gp64(kScratch), x86::qword_ptr(gp64(kMemoryRegister), recent + kBases));
    assembler_.cmp(gp64(kScratch), x86::qword_ptr(gp64(kMemoryRegister), recent + kLimits));
    assembler_.ja(entry);
    assembler_.add(gp64(kScratch), x86::qword_ptr(gp64(kMemoryRegister), recent + kHosts));
    assembler_.bind(look_up.back);
    serve_cold(look_up.none, access_back_, site);
    cold_look_ups_.push_back(look_up);
    return x86::ptr(gp64(kScratch));
}

void Lowering::load_address(const ColdLookUp& access) {
    if (access.address) {
        load_constant(kScratch, *access.address);
    } else if (access.offset == 0) {
        assembler_.mov(gp64(kScratch), gp64(access.base));
    } else {
        assembler_.lea(gp64(kScratch), x86::ptr(gp64(access.base), access.offset));
    }
}

// Registers of the guest have one each; what has been computed has some other.
std::uint32_t Lowering::recent_place(ir::Value base, std::uint32_t site) const {
    constexpr std::uint32_t kCount = mmu::RecentRegions::kCount;
    const bool in_slot = base.is_node() and block_->nodes()[base.index()].op == Opcode::get;
    if (not in_slot) {
        return static_cast<std::uint32_t>(out_->sites[site].pc >> 1) % kCount;
    }
    return block_->slots()[ir::slot_index(block_->nodes()[base.index()])].offset / 8 % kCount;
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
    const std::uint32_t site = make_site(true);
    const std::uint8_t to = store ? kScratch : define_result(site, base);
    x86::Mem at = memory_.translated ? translated(base, number, site) : address_of(base, number, site);
    at.setSize(ir::size_of(ir::mem_kind(node())));
    store ? emit_store(value, at, site) : emit_load(to, at, site);
    if (memory_.translated) assembler_.bind(access_back_);
}

// A constant that no store takes as it is.
bool Lowering::needs_register(ir::Value value) const {
    if (not value.is_constant() or ir::is_float(type(value))) return false;
    return ir::size_of(ir::mem_kind(node())) == 8 and not immediate(value);
}

// The next instruction is the access, which may fail: hardware checks it, or its page was an empty place.
void Lowering::note_access(std::uint32_t site) {
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
