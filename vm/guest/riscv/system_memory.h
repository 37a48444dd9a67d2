#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "vm/guest/riscv/csr_file.h"
#include "vm/guest/riscv/memory_policy.h"
#include "vm/mem/guest_ram.h"
#include "vm/mmu/tlb.h"

namespace vm::guest::riscv {

// How one hart of a machine reaches memory: physical addresses, checked by PMP, of RAM and nothing else. An
// access that PMP or the lack of RAM forbids raises an access fault whose value is the first byte that could
// not be reached (the access's own address where PMP refuses it as a whole, Priv. 3.7.1.3). A misaligned
// scalar is one access.
//
// Pages that PMP decides as a whole are found by TLBs, one for loads and one for stores in each data
// privilege. A page is in no store TLB while it holds decoded code or a watched address. This is the only
// hart of its RAM: another one's mark_code would not empty our store TLBs.
class SystemMemory {
  public:
    // Both outlive the policy, which listens to the registers until then.
    SystemMemory(mem::GuestRam& ram, CsrFile& csrs);
    ~SystemMemory();
    SystemMemory(const SystemMemory&) = delete;
    SystemMemory& operator=(const SystemMemory&) = delete;

    const std::byte* load_pointer(std::uint64_t address, unsigned size) const {
        return loads_->find(address, size);
    }
    std::byte* store_pointer(std::uint64_t address, unsigned size) const {
        return stores_->find(address, size);
    }

    bool load_slow(std::uint64_t address, unsigned size);
    bool store_slow(std::uint64_t address, unsigned size, std::uint64_t value);
    std::byte* atomic_pointer(std::uint64_t address, unsigned size);
    std::byte* reserve_pointer(std::uint64_t address, unsigned size);
    bool fetch(std::uint64_t address);
    void mark_code(std::uint64_t address, std::uint64_t size);
    // Advances with overwritten code and with changed protection: both make decoded code stale.
    std::uint64_t code_generation() const { return ram_.code_generation() + csrs_.protection_generation(); }
    SlowAccess& slow() { return slow_; }

    // Calls `on_store` at every store or atomic access to the eight bytes at `address`: just before an atomic
    // access, just after a store. One range at a time; stores elsewhere lose nothing but the fast path of
    // that page.
    void watch(mem::PhysAddr address, std::function<void()> on_store);

    // Slow paths taken, for statistics: the fast path counts nothing.
    struct Counts {
        std::uint64_t load_misses = 0;
        std::uint64_t store_misses = 0;
        std::uint64_t flushes = 0;
    };
    const Counts& counts() const { return counts_; }

  private:
    struct Watch {
        mem::PhysAddr address;
        std::function<void()> on_store;
    };
    struct ModeTlbs {
        mmu::Tlb loads;
        mmu::Tlb stores;
    };
    static constexpr std::size_t kModes = 2;  // U and M

    ModeTlbs& active() { return (*tlbs_)[csrs_.data_privilege() == Privilege::machine ? 1 : 0]; }
    void follow_protection();
    bool permitted(std::uint64_t address, unsigned size, mem::Access access);
    bool fail(std::uint64_t fault_cause, std::uint64_t address);
    bool cacheable(std::uint64_t address) const;
    bool watched(std::uint64_t address, std::uint64_t size) const;
    void notice_store(std::uint64_t address, unsigned size);
    void forget_stores(std::uint64_t address);

    mem::GuestRam& ram_;
    CsrFile& csrs_;
    std::unique_ptr<std::array<ModeTlbs, kModes>> tlbs_;
    const mmu::Tlb* loads_;
    const mmu::Tlb* stores_;
    std::uint64_t seen_protection_;
    SlowAccess slow_;
    std::optional<Watch> watch_;
    Counts counts_;
};

static_assert(MemoryPolicy<SystemMemory>);

}  // namespace vm::guest::riscv
