#include "vm/guest/riscv/user_memory.h"

#include <cstring>

#include "vm/base/check.h"
#include "vm/guest/riscv/trap_cause.h"

namespace vm::guest::riscv {

UserMemory::UserMemory(mem::GuestRam& ram) : host_(ram.host(ram.base())), flags_(ram.flags()), ram_(&ram) {
    VM_CHECK(mem::raw(ram.base()) == 0 and ram.size() == kSize);
}

bool UserMemory::fail(std::uint64_t fault_cause, std::uint64_t address) {
    slow_.trap = {fault_cause, address};
    return false;
}

// A misaligned scalar touches at most two pages; the fault names the first byte out of reach.
bool UserMemory::permitted(std::uint64_t address, unsigned size, std::uint8_t permission,
                           std::uint64_t fault_cause) {
    const std::uint64_t last = address + size - 1;
    const auto allowed = [&](std::uint64_t at) {
        return (at >> mem::kPageShift) < kPages and (flags_[at >> mem::kPageShift] & permission) != 0;
    };
    if (not allowed(address)) {
        return fail(fault_cause, address);
    }
    return allowed(last) or fail(fault_cause, last & ~(mem::kPageSize - 1));
}

bool UserMemory::load_slow(std::uint64_t address, unsigned size) {
    if (not permitted(address, size, mem::page::kRead, cause::kLoadPage)) {
        return false;
    }
    slow_.value = 0;
    std::memcpy(&slow_.value, host_ + address, size);
    return true;
}

bool UserMemory::store_slow(std::uint64_t address, unsigned size, std::uint64_t value) {
    if (not permitted(address, size, mem::page::kWrite, cause::kStorePage)) {
        return false;
    }
    ram_->store_notify(mem::PhysAddr{address}, size);
    std::memcpy(host_ + address, &value, size);
    return true;
}

std::byte* UserMemory::reserve_pointer(std::uint64_t address, unsigned size) {
    if (address % size != 0) {
        fail(cause::kLoadMisaligned, address);
        return nullptr;
    }
    return permitted(address, size, mem::page::kRead, cause::kLoadPage) ? host_ + address : nullptr;
}

std::byte* UserMemory::atomic_pointer(std::uint64_t address, unsigned size) {
    if (address % size != 0) {
        fail(cause::kStoreMisaligned, address);
        return nullptr;
    }
    if (not permitted(address, size, mem::page::kWrite, cause::kStorePage)) {
        return nullptr;
    }
    ram_->store_notify(mem::PhysAddr{address}, size);
    return host_ + address;
}

bool UserMemory::fetch(std::uint64_t address) {
    if (not permitted(address, 1, mem::page::kExecute, cause::kFetchPage)) {
        return false;
    }
    slow_.code = host_ + address;
    slow_.code_bytes = mem::kPageSize - (address & (mem::kPageSize - 1));
    return true;
}

void UserMemory::mark_code(std::uint64_t address, std::uint64_t size) {
    ram_->mark_code(mem::PhysAddr{address}, size);
}

}  // namespace vm::guest::riscv
