#include "vm/user/native.h"

#include <utility>

#include "vm/guest/riscv/hart_slots.h"
#include "vm/guest/riscv/user_memory.h"
#include "vm/jit/x64/backend.h"
#include "vm/jit/x64/runtime.h"

namespace vm::user {

static_assert(guest::riscv::UserMemory::kSize == std::uint64_t{1} << jit::kAddressBits);
static_assert(mem::kReserveGuard >= jit::kGuardBytes);

bool native_supported() { return jit::x64::host_supported().has_value(); }

Result<std::unique_ptr<jit::Tier>> make_native(engine::Frontend& frontend, const NativeOptions& options) {
    static const jit::EdgeAbi abi(guest::riscv::kSlotBias, guest::riscv::kBusyIntegers,
                                  guest::riscv::kBusyFloats);
    auto backend = jit::x64::make_backend(abi, jit::MemoryModel{});
    if (not backend) {
        return tl::unexpected(backend.error());
    }
    return jit::Tier::create(frontend, abi, std::move(*backend), options.tier);
}

}  // namespace vm::user
