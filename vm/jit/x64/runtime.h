#pragma once

#include <cstdint>

#include "vm/base/result.h"
#include "vm/jit/backend.h"
#include "vm/jit/edge_abi.h"
#include "vm/jit/memory_model.h"

namespace vm::jit::x64 {

// Whether this host has what compiled code uses, or else what is missing.
Result<void> host_supported();

struct SizedStubs {
    Stubs stubs;
    std::size_t size = 0;  // in bytes
};
// Assembles the stubs for `address`, written through `writable`; at most `room` bytes.
Result<SizedStubs> make_stubs(const EdgeAbi& abi, const MemoryModel& memory, void* writable,
                              std::uint64_t address, std::size_t room);

}  // namespace vm::jit::x64
