#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <asmjit/x86.h>

#include "vm/ir/block.h"
#include "vm/jit/host_registers.h"
#include "vm/jit/liveness.h"
#include "vm/jit/native_block.h"

namespace vm::jit::x64 {

inline asmjit::x86::Gp gp64(std::uint8_t number) { return asmjit::x86::gpq(number); }
inline asmjit::x86::Gp gp32(std::uint8_t number) { return asmjit::x86::gpd(number); }
inline asmjit::x86::Gp gp8(std::uint8_t number) { return asmjit::x86::gpb_lo(number); }
inline asmjit::x86::Gp gp(std::uint8_t number, ir::Type type) {
    return ir::width(type) == 64 ? gp64(number) : gp32(number);
}
inline asmjit::x86::Xmm xmm(std::uint8_t number) { return asmjit::x86::xmm(number); }

enum class RegisterFile : std::uint8_t { general, vector };

// Which value lies where while a block is lowered, node by node. Registers are given out in one pass over the
// block; when none is free, the value that is read again last is moved to the host's stack. A value that
// memory holds as well, on the stack or in a slot that has not changed, is only forgotten.
class Registers {
  public:
    // The assembler takes the moves.
    explicit Registers(asmjit::x86::Assembler& assembler) : assembler_(assembler) {}

    // At the block's entry.
    void begin(Liveness& liveness, const EdgeAbi& abi);

    // What the node at `index` reads must stay in its registers until unlock().
    void unlock() {
        locked_ = {};
        reserved_ = 0;
    }

    // The register of a value that has one after this.
    std::uint8_t load(ValueId value, RegisterFile file);
    std::optional<std::uint8_t> find(ValueId value) const {
        return place_[value].kind == Place::Kind::general or place_[value].kind == Place::Kind::vector
                   ? std::optional(static_cast<std::uint8_t>(place_[value].index))
                   : std::nullopt;
    }
    const Place& place(ValueId value) const { return place_[value]; }

    // Gives up registers of values that nobody needs behind node `index`.
    void release(std::uint32_t index);
    // A register for the value of a node: `wanted` if that is free, none of `avoid`.
    std::uint8_t define(ValueId value, RegisterFile file, RegisterMask avoid,
                        std::optional<std::uint8_t> wanted = {});
    // The value lies in memory, at an offset of the state.
    void define_in_slot(ValueId value, std::uint32_t offset) { place_[value] = {Place::Kind::slot, offset}; }
    // The value lies in its register alone, whatever memory holds.
    void forget_slot(ValueId value) {
        if (copy_[value].kind == Place::Kind::slot) copy_[value] = {};
    }
    // The value takes over what another one's place held, which is gone.
    void take_over(ValueId value, ValueId from);

    // The general register holds nothing and is given to nobody until unlock().
    void vacate(std::uint8_t number);
    // A general register that holds nothing and is given to nobody until unlock() or free_temporaries().
    std::uint8_t temporary();
    void free_temporaries() { reserved_ = 0; }
    // Values that slots in memory hold are loaded, as those are about to change.
    void load_slot_values();
    // Values in homes that are needed behind node `index` go elsewhere, before others write the homes.
    void empty_homes(std::uint32_t index, const EdgeAbi& abi);
    // Homes hold new values from here on.
    void enter_segment(std::uint32_t segment, const EdgeAbi& abi);

    bool overflowed() const { return overflowed_; }

  private:
    struct File {
        std::array<ValueId, 16> owner{};
        RegisterMask pool = 0;
        RegisterMask free = 0;
        RegisterMask mortal = 0;  // hold what somewhere is needed for the last time
        // The node that ends the first of these, or one before it.
        std::uint32_t first_death = Liveness::kForever;
    };

    File& file(RegisterFile which) { return files_[static_cast<std::size_t>(which)]; }
    RegisterMask usable(RegisterFile which, RegisterMask avoid) {
        return file(which).free & ~avoid & ~(which == RegisterFile::general ? reserved_ : 0);
    }
    void own(RegisterFile which, std::uint8_t number, ValueId value);
    void vacate_place(ValueId value);
    void drop(ValueId value);
    void drop_copy(ValueId value);
    std::uint8_t victim(RegisterFile which, RegisterMask movable) const;
    std::uint8_t make_free(RegisterFile which, RegisterMask avoid);
    void evict(RegisterFile which, std::uint8_t number);
    std::uint32_t take_spill();
    void reclaim_spills();
    void move(RegisterFile which, std::uint8_t number, const Place& from);

    asmjit::x86::Assembler& assembler_;
    Liveness* liveness_ = nullptr;
    std::uint32_t bias_ = 0;
    std::array<File, 2> files_;
    std::array<RegisterMask, 2> locked_{};
    RegisterMask reserved_ = 0;  // of the general file
    std::vector<Place> place_;
    std::vector<Place> copy_;  // by value: where in memory it is, too, while it is in a register
    std::vector<std::uint32_t> free_spills_;
    std::uint32_t released_ = 0;  // nodes up to here need nothing any more
    bool overflowed_ = false;
};

}  // namespace vm::jit::x64
