#include <bit>

#include "vm/jit/x64/lowering.h"

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;
using ir::Type;

namespace {

constexpr Place place_of_home(Home home) {
    return {is_float_home(home) ? Place::Kind::vector : Place::Kind::general, host_register(home)};
}

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

// What frames show from here on.
void Lowering::follow_log(std::uint32_t to) {
    for (; log_ < to; ++log_) {
        const ir::Write& write = block_->writes()[log_];
        const ir::Slot& slot = block_->slots()[write.slot];
        const Home home = liveness_.home(write.slot).value_or(kNoHome);
        const bool quiet = write.form >= ir::Form::canon and makes_quiet_nans(write.value);
        std::uint32_t& at = shown_at_[write.slot];
        if (at == kNone) {
            at = static_cast<std::uint32_t>(shown_.size());
            shown_.emplace_back();
        }
        shown_[at] = {carrier(write.value), static_cast<std::uint32_t>(updates_.size())};
        updates_.push_back({slot.offset, slot.type, slot.bytes, write.form, home, quiet, write.addend});
        if (home != kNoHome) kept_homes_ &= ~(1U << home);
    }
}

void Lowering::capture(const ir::Frame& frame, Site& site) {
    follow_log(frame.last);
    site.first_move = static_cast<std::uint32_t>(moves_.size());
    for (const auto& [value, update] : shown_) {
        const Place from = place_of_carrier(value);
        VM_CHECK(from.kind != Place::Kind::none and from.kind != Place::Kind::slot);  // see lower_get()
        moves_.push_back({update, from});
    }
    for (std::uint32_t left = kept_homes_; left != 0; left &= left - 1) {
        const auto home = static_cast<Home>(std::countr_zero(left));
        const Place from = registers_.place(holder_[home]);
        if (from == place_of_home(home)) continue;
        VM_CHECK(from.kind != Place::Kind::none);
        moves_.push_back({update_of_home(home), from});
    }
    site.moves = static_cast<std::uint32_t>(moves_.size()) - site.first_move;
    if (site.moves > kMostMoves) fail_with("too many slots are written");
}

// What brings a home up to date whose slot is not written.
std::uint32_t Lowering::update_of_home(Home home) {
    std::uint32_t& known = home_updates_[home];
    if (known == kNone) {
        known = static_cast<std::uint32_t>(updates_.size());
        const Type type = is_float_home(home) ? Type::f64 : Type::i64;
        updates_.push_back({*abi_.slot_offset(home), type, 8, ir::Form::whole, home});
    }
    return known;
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
    if (not writes) return;
    enter_segment(segment_ + 1);
    registers_.enter_segment(segment_, abi_);
}

// At the block's entry, and behind a call that has written state: homes hold new values, and nothing that
// frames show was written since.
void Lowering::enter_segment(std::uint32_t segment) {
    segment_ = segment;
    shown_.clear();
    shown_at_.assign(block_->slots().size(), kNone);
    kept_homes_ = 0;
    for (std::size_t number = 0; number < kHomes; ++number) {
        const auto home = static_cast<Home>(number);
        holder_[home] = liveness_.initial(segment, home);
        if (abi_.slot_offset(home)) kept_homes_ |= 1U << home;
    }
}

}  // namespace vm::jit::x64
