#pragma once

#include <memory>

#include "vm/jit/backend.h"
#include "vm/jit/edge_abi.h"
#include "vm/jit/memory_model.h"

namespace vm::jit {
class CodeObserver;
}

namespace vm::jit::x64 {

// For this host, or what it lacks. The ABI and the observer outlive it.
Result<std::unique_ptr<Backend>> make_backend(const EdgeAbi& abi, const MemoryModel& memory,
                                              CodeObserver* observer = nullptr);

}  // namespace vm::jit::x64
