#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "vm/guest/riscv/memory_policy.h"
#include "vm/guest/riscv/watchpoints.h"
#include "vm/mem/guest_ram.h"

namespace vm::guest::riscv {

// The memory of a user-mode program: one flat space from address 0 in a GuestRam, with permissions in its
// page flags. An access they forbid raises a page fault whose value is the first byte that could not be
// reached.
//
// Each thread of a program has one of its own over the shared GuestRam. Then a page is decoded for the first
// time only after every other thread has finished the store that it may have been about to make there.
class UserMemory {
  public:
    static constexpr bool kRemapsCode = false;

    // The size of the space, a constant because every access compares with it.
    static constexpr std::uint64_t kSize = std::uint64_t{1} << 38;

    // The cause of a trap that is none: a fetch had to wait for other threads, and what it was to find may
    // have changed meanwhile. Whoever runs the hart runs it again.
    static constexpr std::uint64_t kFetchAgain = ~std::uint64_t{0};
    // Likewise: an access was refused for a debugger.
    static constexpr std::uint64_t kWatched = ~std::uint64_t{1};

    // `ram` is kSize bytes from address 0 and outlives the policy.
    explicit UserMemory(mem::GuestRam& ram);

    const std::byte* load_pointer(std::uint64_t address, unsigned size) const {
        return plain(address, size, mem::page::kRead, mem::page::kRead) ? host(address) : nullptr;
    }
    std::byte* store_pointer(std::uint64_t address, unsigned size) const {
        constexpr std::uint8_t kLook = mem::page::kWrite | mem::page::kCode;
        return plain(address, size, kLook, mem::page::kWrite) ? host(address) : nullptr;
    }

    bool load_slow(std::uint64_t address, unsigned size);
    bool store_slow(std::uint64_t address, unsigned size, std::uint64_t value);
    std::byte* atomic_pointer(std::uint64_t address, unsigned size);
    std::byte* reserve_pointer(std::uint64_t address, unsigned size);
    bool fetch(std::uint64_t address);
    std::uint64_t code_generation() const { return ram_->code_generation(); }
    const std::byte* overwritten_code(std::uint64_t generation) const;
    // Taking a permission away counts as a write; of a file that is mapped twice the guest tells by
    // riscv_flush_icache.
    std::uint64_t code_permissions() const { return 0; }
    std::uint64_t code_mapping() const { return 0; }
    std::uint64_t code_space() const { return 0; }
    void translation_fence(const TranslationFence&) {}  // programs are not allowed to ask
    SlowAccess& slow() { return slow_; }
    mem::GuestRam& ram() const { return *ram_; }
    // The whole address space in host memory, which has the pages' own protection.
    void* native_memory() const { return host_; }

    // From here on other threads run over the same memory. `others_let_go` returns when none of them uses
    // what it looked up before; it may wait. `marking` counts the threads that have marked a page and not yet
    // heard from the others; all threads of a program share it, and it outlives the policy.
    void share_code(std::atomic<unsigned>& marking, std::function<void()> others_let_go);

    // A debugger's, see Watchpoints. The pages they touch are watched in the GuestRam as well, or their
    // accesses would not be seen. What atomic instructions reach they load and store.
    void set_watchpoints(std::vector<Watchpoint> watchpoints) { watchpoints_.set(std::move(watchpoints)); }
    std::optional<WatchHit> take_watch_hit() { return watchpoints_.take_hit(); }
    void pass_watched() { watchpoints_.pass(); }
    void refuse_watched() { watchpoints_.refuse(); }

  private:
    static constexpr std::uint64_t kPages = kSize >> mem::kPageShift;
    static constexpr std::size_t kMostWaited = 64;

    // Never null, which spares the callers' fast paths a test.
    std::byte* host(std::uint64_t address) const {
        std::byte* const pointer = host_ + address;
        if (pointer == nullptr) {
            __builtin_unreachable();
        }
        return pointer;
    }

    // The access lies in one existing page whose flags under `look` are exactly `want`.
    bool plain(std::uint64_t address, unsigned size, std::uint8_t look, std::uint8_t want) const {
        const std::uint64_t page = address >> mem::kPageShift;
        if (page >= kPages) [[unlikely]] {
            return false;
        }
        if ((mem::page_flags(flags_ + page) & look) != want) [[unlikely]] {
            return false;
        }
        return size == 1 or (address & (mem::kPageSize - 1)) <= mem::kPageSize - size;
    }

    bool permitted(std::uint64_t address, unsigned size, std::uint8_t permission, std::uint64_t fault_cause);
    bool refuses(std::uint64_t address, unsigned size, mem::Access access);
    void store_whole(std::uint64_t address, unsigned size, std::uint64_t value);
    enum class Noted : std::uint8_t { at_once, waited, refused };
    Noted note_code(mem::PhysAddr address);
    bool waited_for(mem::PhysAddr address) const;
    void remember_wait(mem::PhysAddr address, std::uint64_t generation);
    bool fail(std::uint64_t fault_cause, std::uint64_t address);

    std::byte* host_;
    const std::uint8_t* flags_;
    mem::GuestRam* ram_;
    SlowAccess slow_;
    std::atomic<unsigned>* marking_ = nullptr;
    std::function<void()> others_let_go_;
    std::vector<std::uint64_t> waited_pages_;  // whose marks this thread has waited for
    std::uint64_t waited_generation_ = 0;      // of code, since before those marks
    Watchpoints watchpoints_;
};

static_assert(MemoryPolicy<UserMemory>);

}  // namespace vm::guest::riscv
