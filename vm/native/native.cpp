#include "vm/native/native.h"

#include <utility>

#include "vm/guest/riscv/hart_slots.h"
#include "vm/guest/riscv/system_memory.h"
#include "vm/guest/riscv/user_memory.h"
#include "vm/jit/fault_watch.h"
#include "vm/jit/x64/backend.h"
#include "vm/jit/x64/runtime.h"

namespace vm::native {
namespace {

static_assert(guest::riscv::UserMemory::kSize == std::uint64_t{1} << jit::kAddressBits);
static_assert(mem::kReserveGuard >= jit::kGuardBytes);

jit::MemoryModel translated() {
    const auto at = [](const mmu::Tlb::Offsets& offsets) {
        return jit::MemoryModel::Translations{
            static_cast<std::int32_t>(offsets.entries), static_cast<std::int32_t>(offsets.asid),
            static_cast<std::int32_t>(offsets.recent), static_cast<std::int32_t>(offsets.reaches)};
    };
    constexpr auto kLayout = guest::riscv::SystemMemory::native_layout();
    return {.translated = true, .loads = at(kLayout.loads), .stores = at(kLayout.stores)};
}

Result<std::shared_ptr<jit::CodeCache>> make_code(const jit::MemoryModel& memory,
                                                  const jit::CodeCacheOptions& options) {
    static const jit::EdgeAbi abi(guest::riscv::kSlotBias, guest::riscv::kBusyIntegers,
                                  guest::riscv::kBusyFloats);
    auto backend = jit::x64::make_backend(abi, memory, options.observer);
    if (not backend) {
        return tl::unexpected(backend.error());
    }
    return std::make_shared<jit::CodeCache>(abi, std::move(*backend), options);
}

template <class Memory>
std::unique_ptr<jit::Tier> compile(guest::riscv::Interpreter<Memory>& interpreter,
                                   std::shared_ptr<jit::CodeCache> code, std::uint16_t threshold) {
    auto tier = std::make_unique<jit::Tier>(interpreter.frontend(), std::move(code));
    interpreter.set_native(tier.get(), threshold);
    return tier;
}

}  // namespace

bool supported() { return jit::x64::host_supported().has_value(); }

Result<std::shared_ptr<jit::CodeCache>> make_program_code(const Options& options) {
    return make_code({.checked = not options.trusts_program}, options.code);
}

Result<std::shared_ptr<jit::CodeCache>> make_machine_code(const jit::CodeCacheOptions& options) {
    jit::FaultWatch::install_handler();  // of accesses in empty places of mmu::RecentRegions
    return make_code(translated(), options);
}

std::unique_ptr<jit::Tier> compile_hot_code(guest::riscv::Interpreter<guest::riscv::UserMemory>& interpreter,
                                            std::shared_ptr<jit::CodeCache> code, std::uint16_t threshold) {
    return compile(interpreter, std::move(code), threshold);
}

std::unique_ptr<jit::Tier> compile_hot_code(
    guest::riscv::Interpreter<guest::riscv::SystemMemory>& interpreter, std::shared_ptr<jit::CodeCache> code,
    std::uint16_t threshold) {
    return compile(interpreter, std::move(code), threshold);
}

}  // namespace vm::native
