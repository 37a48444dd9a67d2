#include "vm/mmu/translator.h"

#include "vm/base/check.h"

namespace vm::mmu {

void Translator::select(const PageTable& table, std::uint16_t asid) {
    VM_CHECK(asid <= kLargestAsid);
    if (table.mode != table_.mode) {
        known_.clear();  // or an address that was canonical then would still be found
    }
    table_ = table;
    asid_ = asid;
}

std::optional<Mapping> Translator::look_up(const Request& request) {
    const auto known = known_.find(request.address, asid_);
    if (not known) {
        ++counts_.misses;
        return std::nullopt;
    }
    if (not permits(known->rights, request.access, request.accessor) or
        needs_update(known->rights, request.access)) {
        return std::nullopt;
    }
    ++counts_.hits;
    return known;
}

void Translator::note_walk(const Request& request, const Translation& found) {
    ++counts_.walks;
    if (found.status == TranslationStatus::mapped) {
        known_.insert(request.address, asid_, found.mapping);
    } else {
        ++counts_.faults;
    }
}

void Translator::flush() {
    ++counts_.flushes;
    known_.clear();
}

void Translator::flush_asid(std::uint16_t asid) {
    ++counts_.flushes;
    known_.erase_asid(asid);
}

void Translator::flush_address(std::uint64_t address) {
    ++counts_.flushes;
    known_.erase(address);
}

void Translator::flush_address(std::uint64_t address, std::uint16_t asid) {
    ++counts_.flushes;
    known_.erase(address, asid);
}

}  // namespace vm::mmu
