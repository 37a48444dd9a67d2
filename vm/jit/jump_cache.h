#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vm::jit {

// Where computed jumps of the guest have led, for compiled code to look up without leaving: direct-mapped.
struct JumpCache {
    static constexpr std::size_t kEntries = 4096;

    struct Entry {
        std::uint64_t pc = 0;
        std::uint64_t code = 0;  // where the compiled block begins
    };
    static_assert(sizeof(Entry) == 16);  // as the code that looks up has it

    static constexpr std::size_t index_of(std::uint64_t pc) { return (pc >> 1) % kEntries; }

    JumpCache() { clear(); }

    void remember(std::uint64_t pc, std::uint64_t code) { entries[index_of(pc)] = {pc, code}; }
    // Entries then hold addresses that are looked for elsewhere.
    void clear() {
        for (std::size_t index = 0; index < kEntries; ++index) entries[index] = {2 * (index + 1), 0};
    }

    std::array<Entry, kEntries> entries;
};

}  // namespace vm::jit
