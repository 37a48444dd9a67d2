#include "vm/guest/riscv/user_memory.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "vm/base/check.h"
#include "vm/guest/riscv/trap_cause.h"
#include "vm/mem/host_access.h"

namespace vm::guest::riscv {

UserMemory::UserMemory(mem::GuestRam& ram) : host_(ram.host(ram.base())), flags_(ram.flags()), ram_(&ram) {
    VM_CHECK(mem::raw(ram.base()) == 0 and ram.size() == kSize);
}

void UserMemory::share_code(std::atomic<unsigned>& marking, std::function<void()> others_let_go) {
    marking_ = &marking;
    others_let_go_ = std::move(others_let_go);
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
        const std::uint64_t page = at >> mem::kPageShift;
        return page < kPages and
               (mem::page::permissions_of(mem::page_flags(flags_ + page)) & permission) != 0;
    };
    if (not allowed(address)) {
        return fail(fault_cause, address);
    }
    return allowed(last) or fail(fault_cause, last & ~(mem::kPageSize - 1));
}

bool UserMemory::refuses(std::uint64_t address, unsigned size, mem::Access access) {
    return watchpoints_.refuses(address, size, access) and not fail(kWatched, address);
}

bool UserMemory::load_slow(std::uint64_t address, unsigned size) {
    if (not permitted(address, size, mem::page::kRead, cause::kLoadPage) or
        refuses(address, size, mem::Access::load)) {
        return false;
    }
    slow_.value = 0;
    std::memcpy(&slow_.value, host_ + address, size);
    return true;
}

bool UserMemory::store_slow(std::uint64_t address, unsigned size, std::uint64_t value) {
    if (not permitted(address, size, mem::page::kWrite, cause::kStorePage) or
        refuses(address, size, mem::Access::store)) {
        return false;
    }
    ram_->store_notify(mem::PhysAddr{address}, size);
    // A store to code comes here once; where it is aligned, other threads see all of it or nothing.
    // (Unpriv. A.3.1)
    if (address % size == 0) {
        store_whole(address, size, value);
    } else {
        std::memcpy(host_ + address, &value, size);
    }
    return true;
}

void UserMemory::store_whole(std::uint64_t address, unsigned size, std::uint64_t value) {
    switch (size) {
        case 1:
            return mem::host_store(host_ + address, static_cast<std::uint8_t>(value));
        case 2:
            return mem::host_store(host_ + address, static_cast<std::uint16_t>(value));
        case 4:
            return mem::host_store(host_ + address, static_cast<std::uint32_t>(value));
        default:
            return mem::host_store(host_ + address, value);
    }
}

std::byte* UserMemory::reserve_pointer(std::uint64_t address, unsigned size) {
    if (address % size != 0) {
        fail(cause::kLoadMisaligned, address);
        return nullptr;
    }
    const bool allowed = permitted(address, size, mem::page::kRead, cause::kLoadPage) and
                         not refuses(address, size, mem::Access::load);
    return allowed ? host_ + address : nullptr;
}

std::byte* UserMemory::atomic_pointer(std::uint64_t address, unsigned size) {
    if (address % size != 0) {
        fail(cause::kStoreMisaligned, address);
        return nullptr;
    }
    if (not permitted(address, size, mem::page::kWrite, cause::kStorePage) or
        refuses(address, size, mem::Access::store) or refuses(address, size, mem::Access::load)) {
        return nullptr;
    }
    ram_->store_notify(mem::PhysAddr{address}, size);
    return host_ + address;
}

bool UserMemory::fetch(std::uint64_t address) {
    if (not permitted(address, 1, mem::page::kExecute, cause::kFetchPage)) {
        return false;
    }
    if (const Noted noted = note_code(mem::PhysAddr{address}); noted != Noted::at_once) {
        return fail(noted == Noted::waited ? kFetchAgain : cause::kFetchAccess, address);
    }
    slow_.code = host_ + address;
    slow_.code_bytes = mem::kPageSize - (address & (mem::kPageSize - 1));
    return true;
}

// Says whether others were waited for, or the page cannot be one of code. A store that looked before the mark
// must not land after the bytes are read, neither here nor in a thread that finds the mark already there:
// hence the count of those who wait. It is looked at after the mark, and raised before it. Whoever has waited
// for a page itself does not do so again as long as no mark has gone: threads that keep one another waiting
// would get nowhere.
UserMemory::Noted UserMemory::note_code(mem::PhysAddr address) {
    using Closing = mem::GuestRam::Closing;
    const bool marked = (ram_->flags_at(address) & mem::page::kCode) != 0;
    if (marking_ == nullptr) {
        if (marked) {
            return Noted::at_once;
        }
        const std::uint64_t generation = ram_->code_generation();
        ram_->mark_code(address, 1);
        const Closing closing = ram_->protect_code(address, generation);
        return closing == Closing::no_room ? Noted::refused : Noted::at_once;
    }
    if (marked and (marking_->load() == 0 or waited_for(address))) {
        return Noted::at_once;
    }
    marking_->fetch_add(1);
    std::uint64_t generation = 0;
    Closing closing{};
    do {
        generation = ram_->code_generation();
        ram_->mark_code(address, 1);
        others_let_go_();
        closing = ram_->protect_code(address, generation);
    } while (closing == Closing::overwritten);
    marking_->fetch_sub(1);
    if (closing == Closing::no_room) {
        return Noted::refused;
    }
    remember_wait(address, generation);
    return Noted::waited;
}

bool UserMemory::waited_for(mem::PhysAddr address) const {
    return waited_generation_ == ram_->code_generation() and
           std::find(waited_pages_.begin(), waited_pages_.end(), mem::raw(address) >> mem::kPageShift) !=
               waited_pages_.end();
}

void UserMemory::remember_wait(mem::PhysAddr address, std::uint64_t generation) {
    if (waited_generation_ != generation or waited_pages_.size() == kMostWaited) {
        waited_pages_.clear();
    }
    waited_generation_ = generation;
    waited_pages_.push_back(mem::raw(address) >> mem::kPageShift);
}

const std::byte* UserMemory::overwritten_code(std::uint64_t generation) const {
    const auto page = ram_->overwritten_code(generation);
    return page ? host_ + mem::raw(*page) : nullptr;
}

}  // namespace vm::guest::riscv
