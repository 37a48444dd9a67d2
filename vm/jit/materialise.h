#pragma once

#include "vm/jit/edge_abi.h"
#include "vm/jit/native_block.h"
#include "vm/jit/native_frame.h"

namespace vm::jit {

// The bits of a value at a place, above its type's width whatever lies there.
std::uint64_t read_place(const NativeFrame& frame, const NativeBlock& block, Place place);

// Makes the guest's state at a site complete in memory, out of the saved registers.
void materialise(NativeFrame& frame, const Site& site, const EdgeAbi& abi);

// The other direction, after the state in memory has changed: registers that are homes.
void load_homes(NativeFrame& frame, const EdgeAbi& abi);

}  // namespace vm::jit
