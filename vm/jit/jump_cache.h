#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "vm/base/host_pages.h"

namespace vm::jit {

// Where jumps of the guest have led that no link leads on, for compiled code to look up without leaving:
// direct-mapped. All zero it holds nothing but an entry of address zero, which make() takes away: a cache
// that a short program hardly uses costs the host few pages. Where addresses may come to lead elsewhere,
// entries hold in one space only, see engine::NativeTier::select_space.
struct JumpCache {
    static constexpr std::size_t kEntries = 4096;

    struct Entry {
        std::uint64_t pc = 0;
        std::uint64_t code = 0;  // where the compiled block begins
    };
    static_assert(sizeof(Entry) == 16);  // as the code that looks up has it

    static constexpr std::size_t index_of(std::uint64_t pc) { return (pc >> 1) % kEntries; }

    using Owner = std::unique_ptr<JumpCache, UnmapPages>;
    static Owner make() {
        auto cache = map_pages<JumpCache>(1, PagesGiven::when_touched);
        cache[0].forget_zero();
        const UnmapPages unmap = cache.get_deleter();
        return {cache.release(), unmap};
    }

    void remember(std::uint64_t pc, std::uint64_t code) {
        empty = false;
        entries[index_of(pc)] = {pc, code};
        spaces[index_of(pc)] = space;
    }
    void clear() {
        if (empty) return;
        entries.fill({});
        forget_zero();
    }

    std::array<Entry, kEntries> entries;
    std::array<std::uint64_t, kEntries> spaces;  // of the entries
    std::uint64_t space;                         // where the guest is now
    bool empty;

  private:
    // The entry at zero then holds an address that is looked for elsewhere; what others hold then, zero, is
    // looked for here.
    void forget_zero() {
        entries[0].pc = 2;
        empty = true;
    }
};

}  // namespace vm::jit
