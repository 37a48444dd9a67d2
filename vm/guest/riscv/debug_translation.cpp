#include "vm/guest/riscv/debug_translation.h"

#include "vm/base/bits.h"
#include "vm/mmu/page_table.h"

namespace vm::guest::riscv {
namespace {

namespace pte = mmu::pte;

// Page tables whose pages may all be read and were all accessed, so that a walk for a load neither faults for
// want of a permission nor writes. A leaf that is reserved (W without R) stays one. (Priv. 12.3.1)
class LenientTables {
  public:
    explicit LenientTables(const mem::GuestRam& ram) : ram_(ram) {}

    mem::AccessResult<std::uint64_t> load(mem::PhysAddr place) const {
        auto entry = ram_.read<std::uint64_t>(place);
        const bool leaf = (*entry & (pte::kRead | pte::kExecute)) != 0;
        const bool reserved = (*entry & (pte::kRead | pte::kWrite)) == pte::kWrite;
        if (leaf and not reserved) {
            entry.found |= pte::kRead | pte::kAccessed;
        }
        return entry;
    }

    mmu::PteSwap compare_exchange(mem::PhysAddr, std::uint64_t, std::uint64_t) {
        return mmu::PteSwap::refused;
    }

  private:
    const mem::GuestRam& ram_;
};

static_assert(mmu::PteMemory<LenientTables>);

// Fields of satp. (Priv. 12.1.11)
constexpr std::uint64_t kBare = 0;
constexpr std::uint64_t kSv39 = 8;

mmu::PageTable table_of(std::uint64_t satp) {
    const auto levels = (satp >> 60) - kSv39 + static_cast<std::uint64_t>(mmu::PagingMode::sv39);
    return {static_cast<mmu::PagingMode>(levels),
            mem::PhysAddr{bits(satp, 0, 44) << mem::kPageShift},
            {mmu::AdUpdate::hardware, true, false}};
}

}  // namespace

std::optional<mem::PhysAddr> debug_translate(const mem::GuestRam& ram, const CsrFile& csrs,
                                             std::uint64_t address) {
    if (csrs.privilege() == Privilege::machine or csrs.satp() >> 60 == kBare) {
        return mem::PhysAddr{address};
    }
    // A supervisor with SUM reaches the pages of both modes.
    const mmu::Request request{address, mem::Access::load, {mmu::AccessorMode::supervisor, true, false}};
    LenientTables tables(ram);
    const mmu::Translation found = mmu::walk(tables, table_of(csrs.satp()), request).translation;
    if (found.status != mmu::TranslationStatus::mapped) {
        return std::nullopt;
    }
    return found.mapping.address;
}

}  // namespace vm::guest::riscv
