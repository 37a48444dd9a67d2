#include "vm/jit/x64/registers.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "vm/jit/native_frame.h"

namespace vm::jit::x64 {
namespace {

namespace x86 = asmjit::x86;

constexpr RegisterFile file_of(Place::Kind kind) {
    return kind == Place::Kind::vector ? RegisterFile::vector : RegisterFile::general;
}
constexpr Place::Kind kind_of(RegisterFile file) {
    return file == RegisterFile::vector ? Place::Kind::vector : Place::Kind::general;
}
std::uint8_t lowest(RegisterMask mask) { return static_cast<std::uint8_t>(std::countr_zero(mask)); }

}  // namespace

void Registers::begin(Liveness& liveness, const EdgeAbi& abi) {
    liveness_ = &liveness;
    bias_ = abi.bias();
    overflowed_ = false;
    released_ = 0;
    locked_ = {};
    reserved_ = 0;
    place_.assign(liveness.values(), Place{});
    copy_.assign(liveness.values(), Place{});
    free_spills_.clear();
    for (std::uint32_t i = NativeFrame::kSpills; i-- > 0;) free_spills_.push_back(i);
    for (File& each : files_) each.owner.fill(kNoValue);
    files_[0].pool = files_[0].free = kGeneralPool;
    files_[1].pool = files_[1].free = kVectorPool;
    files_[0].mortal = files_[1].mortal = 0;
    files_[0].first_death = files_[1].first_death = Liveness::kForever;
    enter_segment(0, abi);
}

void Registers::enter_segment(std::uint32_t segment, const EdgeAbi& abi) {
    for (std::size_t home = 0; home < kHomes; ++home) {
        if (not abi.slot_offset(static_cast<Home>(home))) continue;
        const RegisterFile which =
            is_float_home(static_cast<Home>(home)) ? RegisterFile::vector : RegisterFile::general;
        const std::uint8_t number = host_register(static_cast<Home>(home));
        if (file(which).owner[number] != kNoValue) evict(which, number);
        own(which, number, liveness_->initial(segment, static_cast<Home>(home)));
    }
}

void Registers::empty_homes(std::uint32_t index, const EdgeAbi& abi) {
    for (std::size_t home = 0; home < kHomes; ++home) {
        if (not abi.slot_offset(static_cast<Home>(home))) continue;
        const RegisterFile which =
            is_float_home(static_cast<Home>(home)) ? RegisterFile::vector : RegisterFile::general;
        const std::uint8_t number = host_register(static_cast<Home>(home));
        const ValueId owner = file(which).owner[number];
        if (owner != kNoValue and liveness_->last_use(owner) > index) evict(which, number);
    }
}

void Registers::own(RegisterFile which, std::uint8_t number, ValueId value) {
    File& to = file(which);
    to.owner[number] = value;
    to.free &= ~mask_of(number);
    const std::uint32_t death = liveness_->last_use(value);
    if (death != Liveness::kForever) to.mortal |= mask_of(number);
    to.first_death = std::min(to.first_death, death);
    place_[value] = {kind_of(which), number};
}

// The value's place is no longer taken by it.
void Registers::vacate_place(ValueId value) {
    Place& place = place_[value];
    if (place.kind == Place::Kind::spill) {
        free_spills_.push_back(place.index);
    } else if (place.kind == Place::Kind::general or place.kind == Place::Kind::vector) {
        File& from = file(file_of(place.kind));
        from.owner[place.index] = kNoValue;
        from.free |= mask_of(static_cast<std::uint8_t>(place.index));
        from.mortal &= ~from.free;
    }
    place = {};
}

// Nobody needs the value any more.
void Registers::drop(ValueId value) {
    drop_copy(value);
    vacate_place(value);
}

void Registers::drop_copy(ValueId value) {
    if (copy_[value].kind == Place::Kind::spill) free_spills_.push_back(copy_[value].index);
    copy_[value] = {};
}

void Registers::release(std::uint32_t index) {
    released_ = index;
    for (File& each : files_) {
        if (index < each.first_death) continue;
        each.first_death = Liveness::kForever;
        for (RegisterMask taken = each.mortal; taken != 0; taken &= taken - 1) {
            const ValueId owner = each.owner[lowest(taken)];
            const std::uint32_t death = liveness_->last_use(owner);
            if (death <= index) {
                drop(owner);
            } else {
                each.first_death = std::min(each.first_death, death);
            }
        }
    }
}

void Registers::take_over(ValueId value, ValueId from) {
    const Place place = std::exchange(place_[from], Place{});
    copy_[value] = std::exchange(copy_[from], Place{});
    if (place.kind == Place::Kind::general or place.kind == Place::Kind::vector) {
        own(file_of(place.kind), static_cast<std::uint8_t>(place.index), value);
    } else {
        place_[value] = place;
    }
}

std::uint8_t Registers::load(ValueId value, RegisterFile which) {
    if (const auto number = find(value)) {
        locked_[static_cast<std::size_t>(which)] |= mask_of(*number);
        return *number;
    }
    const Place from = place_[value];
    VM_CHECK(from.kind == Place::Kind::spill or from.kind == Place::Kind::slot);
    const std::uint8_t number = make_free(which, 0);
    move(which, number, from);
    copy_[value] = from;
    own(which, number, value);
    locked_[static_cast<std::size_t>(which)] |= mask_of(number);
    return number;
}

std::uint8_t Registers::define(ValueId value, RegisterFile which, RegisterMask avoid,
                               std::optional<std::uint8_t> wanted) {
    const std::uint8_t number =
        wanted and (usable(which, avoid) & mask_of(*wanted)) != 0 ? *wanted : make_free(which, avoid);
    own(which, number, value);
    locked_[static_cast<std::size_t>(which)] |= mask_of(number);
    return number;
}

// Registers that are no homes come first: homes are wanted by those who end there.
std::uint8_t Registers::make_free(RegisterFile which, RegisterMask avoid) {
    File& from = file(which);
    if (const RegisterMask free = usable(which, avoid); free != 0) {
        const RegisterMask plain =
            which == RegisterFile::general ? mask_of(kRcx) | mask_of(kRdx) : RegisterMask{0xc};
        return lowest((free & plain) != 0 ? free & plain : free);
    }
    const RegisterMask movable = from.pool & ~from.free & ~avoid & ~locked_[static_cast<std::size_t>(which)];
    VM_CHECK(movable != 0);
    const std::uint8_t number = victim(which, movable);
    evict(which, number);
    return number;
}

// What is read again last: that only exits need above all, and what memory holds already before others.
std::uint8_t Registers::victim(RegisterFile which, RegisterMask movable) const {
    const auto rank = [&](std::uint8_t number) {
        const ValueId owner = files_[static_cast<std::size_t>(which)].owner[number];
        const bool in_memory = copy_[owner].kind != Place::Kind::none;
        return std::tuple(liveness_->next_read(owner), in_memory, liveness_->last_use(owner));
    };
    std::uint8_t best = lowest(movable);
    for (RegisterMask left = movable & (movable - 1); left != 0; left &= left - 1) {
        if (rank(lowest(left)) > rank(best)) best = lowest(left);
    }
    return best;
}

// Values on the host's stack stay there when they are needed no more, and copies when they are not alone:
// nobody looks for them until it is full.
void Registers::reclaim_spills() {
    for (ValueId value = 0; value < place_.size(); ++value) {
        const bool spilled = place_[value].kind == Place::Kind::spill;
        if (spilled and liveness_->last_use(value) < released_) vacate_place(value);
        if (copy_[value].kind == Place::Kind::spill) drop_copy(value);
    }
}

std::uint32_t Registers::take_spill() {
    if (free_spills_.empty()) reclaim_spills();
    if (free_spills_.empty()) {
        overflowed_ = true;
        return 0;
    }
    const std::uint32_t spill = free_spills_.back();
    free_spills_.pop_back();
    return spill;
}

void Registers::evict(RegisterFile which, std::uint8_t number) {
    const ValueId value = file(which).owner[number];
    vacate_place(value);
    if (copy_[value].kind != Place::Kind::none) {
        place_[value] = std::exchange(copy_[value], Place{});
        return;
    }
    place_[value] = {Place::Kind::spill, take_spill()};
    const auto to = x86::qword_ptr(x86::rsp, static_cast<std::int32_t>(8 * place_[value].index));
    if (which == RegisterFile::general) {
        assembler_.mov(to, gp64(number));
    } else {
        assembler_.vmovsd(to, xmm(number));
    }
}

void Registers::move(RegisterFile which, std::uint8_t number, const Place& from) {
    const bool spilled = from.kind == Place::Kind::spill;
    const auto at = spilled
                        ? x86::qword_ptr(x86::rsp, static_cast<std::int32_t>(8 * from.index))
                        : x86::qword_ptr(gp64(kStateRegister), static_cast<std::int32_t>(from.index - bias_));
    if (which == RegisterFile::general) {
        assembler_.mov(gp64(number), at);
    } else {
        assembler_.vmovsd(xmm(number), at);
    }
}

void Registers::vacate(std::uint8_t number) {
    const ValueId value = file(RegisterFile::general).owner[number];
    reserved_ |= mask_of(number);
    locked_[0] |= mask_of(number);
    if (value == kNoValue) return;
    if (usable(RegisterFile::general, 0) == 0) return evict(RegisterFile::general, number);
    const std::uint8_t to = lowest(usable(RegisterFile::general, 0));
    vacate_place(value);
    assembler_.mov(gp64(to), gp64(number));
    own(RegisterFile::general, to, value);
    locked_[0] |= mask_of(to);
}

std::uint8_t Registers::temporary() {
    const std::uint8_t number = make_free(RegisterFile::general, 0);
    reserved_ |= mask_of(number);
    return number;
}

void Registers::load_slot_values() {
    for (ValueId value = 0; value < place_.size(); ++value) {
        if (place_[value].kind == Place::Kind::slot and liveness_->last_use(value) > released_) {
            // Of either file: what counts are the bits.
            const std::uint8_t number = make_free(RegisterFile::general, 0);
            move(RegisterFile::general, number, place_[value]);
            place_[value] = {Place::Kind::spill, take_spill()};
            assembler_.mov(x86::qword_ptr(x86::rsp, static_cast<std::int32_t>(8 * place_[value].index)),
                           gp64(number));
        }
        forget_slot(value);
    }
}

}  // namespace vm::jit::x64
