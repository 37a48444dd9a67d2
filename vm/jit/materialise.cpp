#include "vm/jit/materialise.h"

#include <cstring>

#include "vm/base/bits.h"
#include "vm/ir/float_format.h"
#include "vm/jit/host_registers.h"

namespace vm::jit {
namespace {

std::uint64_t canonical(std::uint64_t bits, ir::Type type) {
    const auto format = ir::float_format(type);
    return format.is_nan(bits) ? format.canonical_nan() : bits;
}

std::uint64_t formed(ir::Form form, std::uint64_t bits, ir::Type slot) {
    switch (form) {
        case ir::Form::whole:
            return bits;
        case ir::Form::sext:
            return sext32(bits);
        case ir::Form::zext:
            return zext32(bits);
        case ir::Form::canon:
            return canonical(bits & ir::mask(slot), slot);
        case ir::Form::box:
            return bits | ir::kBox;
        case ir::Form::box_canon:
            break;
    }
    return canonical(zext32(bits), ir::Type::f32) | ir::kBox;
}

std::uint64_t& home_register(NativeFrame& frame, Home home) {
    return is_float_home(home) ? frame.saved.vector[host_register(home)]
                               : frame.saved.general[host_register(home)];
}

}  // namespace

std::uint64_t read_place(const NativeFrame& frame, const NativeBlock& block, Place place) {
    switch (place.kind) {
        case Place::Kind::general:
            return frame.saved.general[place.index];
        case Place::Kind::vector:
            return frame.saved.vector[place.index];
        case Place::Kind::spill:
            return frame.spills[place.index];
        case Place::Kind::constant:
            return block.constants[place.index];
        case Place::Kind::slot: {
            std::uint64_t bits = 0;
            std::memcpy(&bits, frame.run->state + place.index, sizeof bits);
            return bits;
        }
        case Place::Kind::none:
            break;
    }
    return 0;
}

// Values are read before any slot is written: a value may still lie in a slot.
void materialise(NativeFrame& frame, const Site& site, const EdgeAbi& abi) {
    std::array<std::uint64_t, kMostMoves> values{};
    VM_CHECK(site.moves <= kMostMoves);
    const SlotMove* const moves = site.block->moves.data() + site.first_move;
    const auto update = [&](std::uint32_t i) -> const SlotUpdate& {
        return site.block->updates[moves[i].update];
    };
    for (std::uint32_t i = 0; i < site.moves; ++i) {
        const std::uint64_t bits = read_place(frame, *site.block, moves[i].from);
        values[i] =
            formed(update(i).form, bits, update(i).type) + static_cast<std::uint64_t>(update(i).addend);
    }
    for (std::size_t home = 0; home < kHomes; ++home) {
        if (const auto offset = abi.slot_offset(static_cast<Home>(home))) {
            std::memcpy(frame.run->state + *offset, &home_register(frame, static_cast<Home>(home)), 8);
        }
    }
    for (std::uint32_t i = 0; i < site.moves; ++i) {
        std::memcpy(frame.run->state + update(i).offset, &values[i], update(i).bytes);
    }
}

void load_homes(NativeFrame& frame, const EdgeAbi& abi) {
    for (std::size_t home = 0; home < kHomes; ++home) {
        if (const auto offset = abi.slot_offset(static_cast<Home>(home))) {
            std::memcpy(&home_register(frame, static_cast<Home>(home)), frame.run->state + *offset, 8);
        }
    }
}

}  // namespace vm::jit
