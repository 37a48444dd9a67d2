#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vm/engine/trap.h"
#include "vm/guest/riscv/hart.h"

namespace vm::native {

// What an engine may change of a hart between two control registers.
struct HartState {
    std::array<std::uint64_t, 32> x{};
    std::array<std::uint64_t, 32> f{};
    std::uint64_t pc = 0;
    std::uint8_t fflags = 0;
    guest::riscv::Reservation reservation;
    std::optional<engine::Trap> trap{};  // of the instruction at pc, where it has run and raised one

    friend bool operator==(const HartState&, const HartState&);
};

HartState state_of(const guest::riscv::Hart& hart);
// All but the trap.
void restore(guest::riscv::Hart& hart, const HartState& state);

// Where a compiled block and the interpreter came to something else, from the same state.
struct Difference {
    struct Byte {
        std::uint64_t address = 0;  // physical
        std::byte interpreted{};
        std::byte compiled{};
    };

    std::uint64_t pc = 0;           // of the block
    std::vector<std::byte> code{};  // of the instructions that the interpreter came to
    std::uint8_t frm = 0;           // which neither changes
    HartState before{};
    HartState interpreted{};
    HartState compiled{};
    std::uint64_t interpreted_count = 0;  // instructions of the block
    std::int64_t compiled_count = 0;      // as it counts them
    std::vector<Byte> memory{};           // of what the interpreter wrote

    bool any() const {
        return interpreted != compiled or static_cast<std::int64_t>(interpreted_count) != compiled_count or
               not memory.empty();
    }
};

// For people: what differs, the block's code, and the whole states. Lines, each ended.
std::string difference_report(const Difference& difference);

}  // namespace vm::native
