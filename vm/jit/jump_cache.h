#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vm::jit {

// Where jumps of the guest have led that no link leads on, for compiled code to look up without leaving:
// direct-mapped. Where addresses may come to lead elsewhere, entries hold in one space only, see
// engine::NativeTier::select_space.
struct JumpCache {
    static constexpr std::size_t kEntries = 4096;

    struct Entry {
        std::uint64_t pc = 0;
        std::uint64_t code = 0;  // where the compiled block begins
    };
    static_assert(sizeof(Entry) == 16);  // as the code that looks up has it

    static constexpr std::size_t index_of(std::uint64_t pc) { return (pc >> 1) % kEntries; }

    JumpCache() { clear(); }

    void remember(std::uint64_t pc, std::uint64_t code) {
        entries[index_of(pc)] = {pc, code};
        spaces[index_of(pc)] = space;
    }
    // Entries then hold addresses that are looked for elsewhere.
    void clear() {
        for (std::size_t index = 0; index < kEntries; ++index) entries[index] = {2 * (index + 1), 0};
    }

    std::array<Entry, kEntries> entries;
    std::array<std::uint64_t, kEntries> spaces{};  // of the entries
    std::uint64_t space = 0;                       // where the guest is now
};

}  // namespace vm::jit
