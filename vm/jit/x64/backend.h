#pragma once

#include <memory>

#include "vm/jit/backend.h"
#include "vm/jit/edge_abi.h"
#include "vm/jit/memory_model.h"

namespace vm::jit::x64 {

// For this host, or what it lacks. The ABI outlives it.
Result<std::unique_ptr<Backend>> make_backend(const EdgeAbi& abi, const MemoryModel& memory);

}  // namespace vm::jit::x64
