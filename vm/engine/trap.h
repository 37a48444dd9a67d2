#pragma once

#include <cstdint>

namespace vm::engine {

// A guest fault as a value: what an instruction raised instead of completing. The cause is the guest
// architecture's own number; value is what its trap-value register receives.
struct Trap {
    std::uint64_t cause;
    std::uint64_t value;

    friend bool operator==(const Trap&, const Trap&) = default;
};

}  // namespace vm::engine
