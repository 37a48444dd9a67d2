#include "vm/jit/x64/lowering.h"

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;
using ir::Type;

namespace {

RegisterFile file_of(Type type) { return ir::is_float(type) ? RegisterFile::vector : RegisterFile::general; }

}  // namespace

x86::Mem Lowering::state_at(std::uint32_t offset, unsigned bytes) const {
    return x86::Mem(gp64(kStateRegister), static_cast<std::int32_t>(offset - abi_.bias()), bytes);
}

// A slot in memory is left there until it is used, unless an exit writes its value elsewhere.
void Lowering::lower_get() {
    const ir::SlotIndex slot = ir::slot_index(node());
    const ir::Slot& described = block_->slots()[slot];
    const RegisterFile file = file_of(node().type);
    if (const auto home = liveness_.home(slot)) {
        const ValueId holder = holder_[*home];
        if (liveness_.is_initial(holder)) {
            liveness_.merge(index_, holder);
            registers_.take_over(index_, holder);
            holder_[*home] = index_;
            return;
        }
        const std::uint8_t from = registers_.load(holder, file);
        const std::uint8_t to = registers_.define(index_, file, 0);
        file == RegisterFile::vector ? void(assembler_.vmovapd(xmm(to), xmm(from)))
                                     : void(assembler_.mov(gp64(to), gp64(from)));
        return;
    }
    if (described.bytes != ir::width(described.type) / 8) {
        const std::uint8_t to = registers_.define(index_, file, 0);
        described.bytes == 4 ? assembler_.mov(gp32(to), state_at(described.offset, 4))
                             : assembler_.movzx(gp32(to), state_at(described.offset, described.bytes));
        return;
    }
    registers_.define_in_slot(index_, described.offset);
    if (liveness_.is_written(index_)) {
        (void)registers_.load(index_, file);
        registers_.forget_slot(index_);
    }
}

// A record of this node for C++, and with the state as the node's frame shows it.
std::uint32_t Lowering::make_site(bool with_state) {
    const auto number = static_cast<std::uint32_t>(out_->sites.size());
    Site& site = out_->sites.emplace_back();
    site.block = out_;
    site.node = node();
    if (with_state) {
        const ir::Frame& frame = block_->frames()[node().frame];
        site.pc = frame.pc;
        site.retired = frame.retired;
        capture(frame, site);
    }
    for (std::size_t k = 0; k < ir::operand_count(node()); ++k) {
        site.operands[k] = place_of(node().operands[k]);
        site.operand_types[k] = type(node().operands[k]);
    }
    return number;
}

void Lowering::follow_log(std::uint32_t to) {
    for (; log_ < to; ++log_) {
        const ir::SlotIndex slot = block_->writes()[log_].slot;
        if (current_[slot] < 0) written_slots_.push_back(slot);
        current_[slot] = log_;
        if (const auto home = liveness_.home(slot)) home_written_[*home] = true;
    }
}

void Lowering::capture(const ir::Frame& frame, Site& site) {
    follow_log(frame.last);
    site.first_move = static_cast<std::uint32_t>(out_->moves.size());
    for (const ir::SlotIndex slot : written_slots_) {
        const ir::Write& write = block_->writes()[static_cast<std::size_t>(current_[slot])];
        const ir::Slot& described = block_->slots()[slot];
        const Place from = place_of(write.value);
        if (from == Place{Place::Kind::slot, described.offset} and write.addend == 0) continue;
        VM_CHECK(from.kind != Place::Kind::none and from.kind != Place::Kind::slot);
        const bool quiet = write.form >= ir::Form::canon and makes_quiet_nans(write.value);
        out_->moves.push_back({described.offset, described.type, described.bytes, write.form,
                               liveness_.home(slot).value_or(kNoHome), quiet, from, write.addend});
    }
    for (std::size_t home = 0; home < kHomes; ++home) {
        if (home_written_[home]) continue;
        const auto offset = abi_.slot_offset(static_cast<Home>(home));
        if (not offset) continue;
        const bool vector = is_float_home(static_cast<Home>(home));
        const Place there{vector ? Place::Kind::vector : Place::Kind::general,
                          host_register(static_cast<Home>(home))};
        const Place from = registers_.place(holder_[home]);
        if (from == there) continue;
        VM_CHECK(from.kind != Place::Kind::none);
        out_->moves.push_back({*offset, vector ? Type::f64 : Type::i64, 8, ir::Form::whole,
                               static_cast<Home>(home), false, from});
    }
    site.moves = static_cast<std::uint32_t>(out_->moves.size()) - site.first_move;
    if (site.moves > kMostMoves) fail_with("too many slots are written");
}

void Lowering::serve(std::uint32_t site) {
    assembler_.mov(x86::rax, reinterpret_cast<std::uint64_t>(&out_->sites[site]));
    assembler_.call(stubs_.serve);
}

void Lowering::serve_cold(const Label& entry, const Label& back, std::uint32_t site) {
    cold_serves_.push_back({entry, back, site});
}

// C++ computes the node.
void Lowering::serve_whole() {
    const std::uint32_t site = make_site(false);
    if (node().type != Type::none) (void)define_result(site);
    serve(site);
}

// A call that looks at the state finds all of it in memory: what the log says is written there, over values
// that are read from slots. Where it writes, homes get their values from memory again.
void Lowering::lower_call() {
    const bool writes = (node().detail & ir::kWritesState) != 0;
    const bool reads = (node().detail & ir::kReadsState) != 0;
    if (writes) registers_.empty_homes(index_, abi_);
    if (writes or reads) registers_.load_slot_values();
    const std::uint32_t site = make_site(node().frame != ir::kNoFrame);
    registers_.release(index_);
    if (node().type != Type::none) {
        // Homes get new values before the result is written.
        const bool vector = ir::is_float(node().type);
        const std::uint8_t to = vector ? define_vector(writes ? kFloatHomeMask : 0)
                                       : define_general(writes ? kIntegerHomeMask : 0);
        out_->sites[site].result = {vector ? Place::Kind::vector : Place::Kind::general, to};
    }
    serve(site);
    if (writes) enter_segment();
}

// Behind a call that has written state: homes hold new values.
void Lowering::enter_segment() {
    ++segment_;
    for (const ir::SlotIndex slot : written_slots_) current_[slot] = -1;
    written_slots_.clear();
    home_written_.fill(false);
    registers_.enter_segment(segment_, abi_);
    for (std::size_t home = 0; home < kHomes; ++home) {
        holder_[home] = liveness_.initial(segment_, static_cast<Home>(home));
    }
}

}  // namespace vm::jit::x64
