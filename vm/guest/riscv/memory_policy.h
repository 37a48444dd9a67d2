#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "vm/engine/trap.h"
#include "vm/mem/address.h"

namespace vm::guest::riscv {

// Where a slow path leaves what it found; kept beside the policy, because returning it through memory of the
// caller's frame would stop the interpreter's handlers from jumping to one another.
struct SlowAccess {
    std::uint64_t value = 0;          // of a load that succeeded
    engine::Trap trap{};              // of an access that failed
    const std::byte* code = nullptr;  // of a fetch: host address of the instruction bytes
    std::uint64_t code_bytes = 0;     // bytes readable there, to the end of the page; at least 2
    bool code_whole_page = true;      // all of the page may be executed where these bytes may
    // Fetches raise it to the shift of the page that the tables have there; whoever asks sets it back.
    unsigned code_page_shift = mem::kPageShift;
};

// What sfence.vma asks to forget: translations of one address or of all, of one address space or of all.
struct TranslationFence {
    bool all_addresses;
    bool all_spaces;
    std::uint64_t address;
    std::uint64_t asid;
};

// How an interpreter reaches guest memory. The two *_pointer functions are inlined fast paths: they answer
// the host address when the plain case holds, else nullptr, and then the slow function decides. sizes are 1,
// 2, 4, 8 bytes.
template <class M>
concept MemoryPolicy = requires(M m, const M c, std::uint64_t address, unsigned size, std::uint64_t value,
                                const TranslationFence& fence) {
    { m.load_pointer(address, size) } -> std::same_as<const std::byte*>;
    { m.store_pointer(address, size) } -> std::same_as<std::byte*>;
    // True: done (a load's value, zero-extended, is in slow().value). False: slow().trap says why, nothing
    // changed.
    { m.load_slow(address, size) } -> std::same_as<bool>;
    { m.store_slow(address, size, value) } -> std::same_as<bool>;
    // Host address for an atomic access that may write (AMO, SC), or may not (LR); natural alignment
    // demanded. nullptr: slow().trap.
    { m.atomic_pointer(address, size) } -> std::same_as<std::byte*>;
    { m.reserve_pointer(address, size) } -> std::same_as<std::byte*>;
    // True: slow().code and slow().code_bytes are set for the instruction at `address`, and a write to its
    // page advances code_generation(). The host page is found again by what the write's generation says;
    // nullptr when that was too long ago.
    { m.fetch(address) } -> std::same_as<bool>;
    { c.native_memory() } -> std::same_as<void*>;  // what compiled code finds memory by
    { c.code_generation() } -> std::same_as<std::uint64_t>;
    { c.overwritten_code(value) } -> std::same_as<const std::byte*>;
    // Whether the same address may lead to other code later on, without a write.
    { M::kRemapsCode } -> std::convertible_to<bool>;
    // Advances when bytes that were decoded may be no longer executable.
    { c.code_permissions() } -> std::same_as<std::uint64_t>;
    // Advances when any address may lead to other code. Address spaces that may take turns without this
    // differ in the upper bits of code_space(), which no two addresses within one do.
    { c.code_mapping() } -> std::same_as<std::uint64_t>;
    { c.code_space() } -> std::same_as<std::uint64_t>;
    { m.translation_fence(fence) } -> std::same_as<void>;
    { m.slow() } -> std::same_as<SlowAccess&>;
};

}  // namespace vm::guest::riscv
