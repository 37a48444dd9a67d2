#include "vm/guest/riscv/system_memory.h"

#include <utility>

#include "vm/base/check.h"
#include "vm/guest/riscv/trap_cause.h"

namespace vm::guest::riscv {
namespace {

using mem::Access;
using mem::kPageSize;
using mem::PhysAddr;

std::uint64_t page_of(std::uint64_t address) { return address & ~(kPageSize - 1); }

std::uint64_t fault_of(Access access) {
    switch (access) {
        case Access::load:
            return cause::kLoadAccess;
        case Access::store:
            return cause::kStoreAccess;
        case Access::fetch:
            break;
    }
    return cause::kFetchAccess;
}

std::uint64_t read_scalar(const mem::GuestRam& ram, PhysAddr address, unsigned size) {
    switch (size) {
        case 1:
            return *ram.read<std::uint8_t>(address);
        case 2:
            return *ram.read<std::uint16_t>(address);
        case 4:
            return *ram.read<std::uint32_t>(address);
        default:
            return *ram.read<std::uint64_t>(address);
    }
}

void write_scalar(mem::GuestRam& ram, PhysAddr address, unsigned size, std::uint64_t value) {
    switch (size) {
        case 1:
            return void(ram.write(address, static_cast<std::uint8_t>(value)));
        case 2:
            return void(ram.write(address, static_cast<std::uint16_t>(value)));
        case 4:
            return void(ram.write(address, static_cast<std::uint32_t>(value)));
        default:
            return void(ram.write(address, value));
    }
}

}  // namespace

SystemMemory::SystemMemory(mem::GuestRam& ram, CsrFile& csrs)
    : ram_(ram),
      csrs_(csrs),
      tlbs_(std::make_unique<std::array<ModeTlbs, kModes>>()),
      loads_(&active().loads),
      stores_(&active().stores),
      seen_protection_(csrs.protection_generation()) {
    csrs_.set_protection_listener([this] { follow_protection(); });
}

SystemMemory::~SystemMemory() { csrs_.set_protection_listener({}); }

void SystemMemory::follow_protection() {
    if (seen_protection_ != csrs_.protection_generation()) {
        seen_protection_ = csrs_.protection_generation();
        ++counts_.flushes;
        for (ModeTlbs& mode : *tlbs_) {
            mode.loads.clear();
            mode.stores.clear();
        }
    }
    loads_ = &active().loads;
    stores_ = &active().stores;
}

bool SystemMemory::fail(std::uint64_t fault_cause, std::uint64_t address) {
    slow_.trap = {fault_cause, address};
    return false;
}

bool SystemMemory::permitted(std::uint64_t address, unsigned size, Access access) {
    const Privilege privilege = access == Access::fetch ? csrs_.privilege() : csrs_.data_privilege();
    if (not csrs_.pmp().allows(PhysAddr{address}, size, access, privilege) or
        not ram_.contains(PhysAddr{address}, 1)) {
        return fail(fault_of(access), address);
    }
    return ram_.contains(PhysAddr{address}, size) or fail(fault_of(access), raw(ram_.base()) + ram_.size());
}

// Whether what was found for one byte of the page holds for all of them.
bool SystemMemory::cacheable(std::uint64_t address) const {
    return csrs_.pmp().uniform_bytes(PhysAddr{page_of(address)}, kPageSize) == kPageSize;
}

bool SystemMemory::watched(std::uint64_t address, std::uint64_t size) const {
    constexpr std::uint64_t kWatched = 8;
    if (not watch_) {
        return false;
    }
    return address - raw(watch_->address) < kWatched or raw(watch_->address) - address < size;
}

bool SystemMemory::load_slow(std::uint64_t address, unsigned size) {
    ++counts_.load_misses;
    if (not permitted(address, size, Access::load)) {
        return false;
    }
    slow_.value = read_scalar(ram_, PhysAddr{address}, size);
    if (cacheable(address)) {
        active().loads.insert(address, ram_.host(PhysAddr{page_of(address)}));
    }
    return true;
}

bool SystemMemory::store_slow(std::uint64_t address, unsigned size, std::uint64_t value) {
    ++counts_.store_misses;
    if (not permitted(address, size, Access::store)) {
        return false;
    }
    write_scalar(ram_, PhysAddr{address}, size, value);
    notice_store(address, size);
    return true;
}

void SystemMemory::notice_store(std::uint64_t address, unsigned size) {
    const std::uint64_t page = page_of(address);
    if (not watched(page, kPageSize) and cacheable(address)) {
        active().stores.insert(address, ram_.host(PhysAddr{page}));
    }
    if (watched(address, size)) {
        watch_->on_store();
    }
}

// A misaligned atomic access is not split: it raises address-misaligned, which the manual lets precede the
// access fault. (Unpriv. 13.2, 13.4; Priv. 3.1.15)
std::byte* SystemMemory::reserve_pointer(std::uint64_t address, unsigned size) {
    if (address % size != 0) {
        fail(cause::kLoadMisaligned, address);
        return nullptr;
    }
    return permitted(address, size, Access::load) ? ram_.host(PhysAddr{address}) : nullptr;
}

std::byte* SystemMemory::atomic_pointer(std::uint64_t address, unsigned size) {
    if (address % size != 0) {
        fail(cause::kStoreMisaligned, address);
        return nullptr;
    }
    if (std::byte* const known = stores_->find(address, size);
        known != nullptr and loads_->find(address, size)) {
        return known;
    }
    // An AMO reads, too, but every fault of it is a store fault. (Priv. 3.7.1, on AMOs)
    if (not permitted(address, size, Access::load) or not permitted(address, size, Access::store)) {
        slow_.trap.cause = cause::kStoreAccess;
        return nullptr;
    }
    ram_.store_notify(PhysAddr{address}, size);
    if (cacheable(address)) {
        active().loads.insert(address, ram_.host(PhysAddr{page_of(address)}));
    }
    notice_store(address, size);
    return ram_.host(PhysAddr{address});
}

bool SystemMemory::fetch(std::uint64_t address) {
    constexpr unsigned kParcel = 2;
    if (not permitted(address, kParcel, Access::fetch)) {
        return false;
    }
    const std::uint64_t to_page_end = kPageSize - (address & (kPageSize - 1));
    slow_.code = ram_.host(PhysAddr{address});
    slow_.code_bytes = csrs_.pmp().uniform_bytes(PhysAddr{address}, to_page_end);
    return true;
}

void SystemMemory::mark_code(std::uint64_t address, std::uint64_t size) {
    ram_.mark_code(PhysAddr{address}, size);
    for (std::uint64_t page = page_of(address); page <= page_of(address + size - 1); page += kPageSize) {
        forget_stores(page);
    }
}

void SystemMemory::forget_stores(std::uint64_t address) {
    for (ModeTlbs& mode : *tlbs_) {
        mode.stores.erase(address);
    }
}

void SystemMemory::watch(PhysAddr address, std::function<void()> on_store) {
    watch_ = Watch{address, std::move(on_store)};
    forget_stores(raw(address));
    forget_stores(raw(address) + 7);
}

}  // namespace vm::guest::riscv
