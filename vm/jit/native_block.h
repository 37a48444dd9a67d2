#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vm/base/chunked_vector.h"
#include "vm/ir/node.h"
#include "vm/jit/edge_abi.h"

namespace vm::jit {

// Where a value is at some point of compiled code.
struct Place {
    enum class Kind : std::uint8_t { none, general, vector, spill, slot, constant };

    Kind kind = Kind::none;
    std::uint32_t index = 0;  // host register, spill, offset in the state, or constant of the block

    friend constexpr bool operator==(const Place&, const Place&) = default;
};

// What one slot becomes at sites that show a write to it.
struct SlotUpdate {
    std::uint32_t offset = 0;  // of the slot
    ir::Type type = ir::Type::i64;
    std::uint8_t bytes = 8;
    ir::Form form = ir::Form::whole;
    Home home = kNoHome;      // of the slot
    bool quiet = false;       // a NaN here comes from arithmetic, so it does not signal
    std::int32_t addend = 0;  // to what the form makes
};

// What brings one slot up to date at a site.
struct SlotMove {
    std::uint32_t update = 0;  // of the block
    Place from;
};

inline constexpr std::size_t kMostMoves = 96;  // at one site

// A point of compiled code at which the guest's state is known: an exit, an access that may fail, or a call
// of C++ code. What is needed to make that state out of host registers lies in its block.
struct Site {
    const struct NativeBlock* block = nullptr;
    ir::Node node;
    std::array<ir::Type, ir::kMaxOperands> operand_types{};
    std::uint64_t pc = 0;
    std::uint32_t retired = 0;
    std::uint32_t first_move = 0;
    std::uint32_t moves = 0;
    bool outside = false;           // an access that cannot succeed: C++ ends the run before it
    bool linkable = false;          // an exit whose jump can be made to lead to other code
    std::uint32_t host_offset = 0;  // of an access that may fail; of the jump that links an exit
    std::array<Place, ir::kMaxOperands> operands{};
    Place result;
};

// Counted by the code of a block. What C++ ends within a block counts as if the block had been run to its
// end.
struct BlockCounter {
    std::uint64_t entries = 0;
    std::uint64_t unretired = 0;  // instructions of entries that left by the side
    std::uint64_t look_ups = 0;   // in the jump cache
};

// What the code of a block is for, from an offset on to the next mark.
struct Mark {
    enum class Kind : std::uint8_t {
        entry,      // of the block
        node,       // by index in the block
        exit,       // of a site
        look_up,    // of a translation, where the recent region is another
        serve,      // of a site
        nan,        // a canonical one instead of another
        budget,     // the countdown does not suffice
        constants,  // no code
    };

    std::uint32_t host_offset = 0;
    Kind kind = Kind::entry;
    std::uint32_t index = 0;  // of the node or the site
};

// One compiled block. Sites are pointed at from its code, so they stay where they are.
struct NativeBlock {
    std::uint64_t pc = 0;
    std::uint64_t address = 0;       // where its code runs
    std::uint32_t instructions = 0;  // what entering it takes off the countdown
    std::vector<std::byte> code;     // as it is where it was compiled for
    ChunkedVector<Site, 8> sites;
    std::vector<SlotUpdate> updates;
    std::vector<SlotMove> moves;  // by site
    std::vector<std::uint64_t> constants;
    std::vector<std::uint32_t> faults;  // indices of sites whose access may fail in hardware, by host offset
    BlockCounter* counter = nullptr;    // if its code counts
    std::vector<Mark> marks;            // by offset; where somebody observes, while it is compiled
};

}  // namespace vm::jit
