#pragma once

#include <cstdint>

#include "vm/mem/address.h"

namespace vm::mmu {

// The modes that a guest's page tables know; machine mode does not use them.
enum class AccessorMode : std::uint8_t { user, supervisor };

// On whose behalf memory is reached, and what mstatus lets it do besides. (Priv. 3.1.6.3)
struct Accessor {
    AccessorMode mode = AccessorMode::user;
    bool sum = false;  // a supervisor's loads and stores may reach user pages
    bool mxr = false;  // loads may read pages that are executable only
};

struct Request {
    std::uint64_t address = 0;
    mem::Access access = mem::Access::load;
    Accessor accessor = {};
};

// Where one byte lies, and what holds for all of its page.
struct Mapping {
    mem::PhysAddr address{};
    std::uint8_t page_shift = 0;  // the page is of 1 << page_shift bytes
    std::uint8_t rights = 0;      // the low byte of its entry as the walk left it (pte.h)

    friend bool operator==(const Mapping&, const Mapping&) = default;
};

// A page fault or an access fault, of the kind of the access asked for. (Priv. 12.3.2)
enum class TranslationStatus : std::uint8_t { mapped, page_fault, access_fault };

// The mapping is meaningful only when there is one.
struct Translation {
    TranslationStatus status = TranslationStatus::page_fault;
    Mapping mapping;
};

// Whether the U, R, W and X bits let the accessor do it. (Priv. 12.3.1, 12.3.2 steps 6 and 7)
bool permits(std::uint8_t rights, mem::Access access, Accessor accessor);

// Whether an access would have to change the page's A and D bits. (Priv. 12.3.2 step 9)
bool needs_update(std::uint8_t rights, mem::Access access);

}  // namespace vm::mmu
