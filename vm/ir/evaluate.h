#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "vm/base/result.h"
#include "vm/ir/block.h"
#include "vm/ir/compute.h"

// Runs blocks node by node: what passes and compiled code are compared with.
namespace vm::ir {

// An access that may have been a device's: these happen once each, in order.
struct DeviceAccess {
    Opcode op = Opcode::load;
    unsigned size = 0;
    std::uint64_t address = 0;
    std::uint64_t value = 0;

    friend bool operator==(const DeviceAccess&, const DeviceAccess&) = default;
};

// All that a block can change.
struct World {
    std::vector<std::uint8_t> state;  // what the offsets of slots point into
    std::uint64_t memory_base = 0;    // where memory begins; addresses elsewhere fault
    std::vector<std::uint8_t> memory;
    Rounding rounding = Rounding::rne;  // what dyn means
    std::uint8_t float_flags = 0;       // accrued
    std::vector<DeviceAccess> device_accesses;

    friend bool operator==(const World&, const World&) = default;
};

struct HelperOutcome {
    std::uint64_t value = 0;
    bool exits = false;
};
// Carries out a call: its number and arguments, those it has not are 0. What it changes must be among the
// effects that the call names.
using Helper = std::function<HelperOutcome(World&, std::uint32_t number, const OperandBits& arguments)>;

// How a block was left.
struct Departure {
    enum class Kind : std::uint8_t {
        jump,   // branch, goto or goto_value, to pc
        leave,  // for the engine
        trap,   // with cause and value
        fault,  // of an access to the address `value`
        helper  // which asked for it
    };

    Kind kind = Kind::jump;
    Leave leave = Leave::interpret;
    std::uint64_t pc = 0;
    std::uint32_t retired = 0;
    std::uint64_t cause = 0;
    std::uint64_t value = 0;

    friend bool operator==(const Departure&, const Departure&) = default;
};

// Runs a block that verifies, until it is left; the world then has the state of that exit. Fails when the
// block asks for what is not there: slots outside the state, a helper, a rounding mode that is not supported.
Result<Departure> evaluate(const Block& block, World& world, const Helper& helper = {});

}  // namespace vm::ir
