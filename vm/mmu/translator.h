#pragma once

#include <cstdint>
#include <optional>

#include "vm/mmu/page_table.h"
#include "vm/mmu/second_level_tlb.h"
#include "vm/mmu/translation.h"

namespace vm::mmu {

// What a hart asks when its first level misses while satp has translation on: the second level, then a walk,
// whose result the second level keeps. What depends on physical addresses (PMP, RAM or device, decoded code)
// is asked by the caller of the address that comes back.
class Translator {
  public:
    struct Counts {
        std::uint64_t hits = 0;    // answered by the second level
        std::uint64_t misses = 0;  // not known to it
        std::uint64_t walks = 0;   // for misses, and where what was known does not permit the access
        std::uint64_t faults = 0;  // walks that ended in one
        std::uint64_t flushes = 0;
    };

    // A write of satp, or of what decides the rules. Forgets nothing but what was found in another paging
    // mode, as satp does not: a guest that wants that executes SFENCE.VMA. (Priv. 12.2.1)
    void select(const PageTable& table, std::uint16_t asid);
    std::uint16_t asid() const { return asid_; }

    // An entry that does not permit the access, or says that A or D must be set, does not decide: the tables
    // may have granted more since. Hence no guest sees a fault that its tables do not hold.
    template <PteMemory Memory>
    Translation translate(Memory& memory, const Request& request) {
        if (const auto known = look_up(request)) {
            return {TranslationStatus::mapped, *known};
        }
        const Walk found = walk(memory, table_, request);
        note_walk(request, found.translation);
        return found.translation;
    }

    // The four kinds of SFENCE.VMA and SINVAL.VMA. (Priv. 12.2.1, Svinval)
    void flush();
    void flush_asid(std::uint16_t asid);
    void flush_address(std::uint64_t address);
    void flush_address(std::uint64_t address, std::uint16_t asid);

    const Counts& counts() const { return counts_; }

  private:
    std::optional<Mapping> look_up(const Request& request);
    void note_walk(const Request& request, const Translation& found);

    PageTable table_;
    std::uint16_t asid_ = 0;
    SecondLevelTlb known_;
    Counts counts_;
};

}  // namespace vm::mmu
