#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "vm/guest/riscv/csr_file.h"
#include "vm/guest/riscv/memory_policy.h"
#include "vm/guest/riscv/pte_access.h"
#include "vm/guest/riscv/watchpoints.h"
#include "vm/mem/guest_ram.h"
#include "vm/mem/mmio_bus.h"
#include "vm/mmu/tlb.h"
#include "vm/mmu/translator.h"

namespace vm::guest::riscv {

// How one hart of a machine reaches memory: addresses translated as satp says, checked by PMP, of RAM and
// devices. An access that PMP forbids or that nothing answers raises an access fault whose value is the first
// byte that could not be reached (the access's own address where PMP refuses it as a whole, Priv. 3.7.1.3). A
// misaligned scalar is one access to memory of one page, and two where it crosses pages that are translated.
//
// Pages of RAM that PMP decides as a whole are found by TLBs, one for loads and one for stores in each way of
// reaching data, so that changes of mode, SUM and MXR pick others and forget nothing. A page is in no store
// TLB while it is guarded (GuestRam::begin_guard), as pages of decoded code are, or holds a watched address,
// nor in a load TLB while loads there are watched. Where several harts share the RAM, whoever decodes a page
// first has it leave the others' store TLBs (share_code, forget_stores); it may come back there once many
// stores have shown that it is code no more.
class SystemMemory {
  public:
    static constexpr bool kRemapsCode = true;

    // All outlive the policy, which listens to the registers until then.
    SystemMemory(mem::GuestRam& ram, const mem::MmioBus& bus, CsrFile& csrs);
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
    void translation_fence(const TranslationFence& fence);

    bool fetch(std::uint64_t address);
    std::uint64_t code_generation() const { return ram_.code_generation(); }
    const std::byte* overwritten_code(std::uint64_t generation) const;
    std::uint64_t code_permissions() const { return csrs_.protection_generation(); }
    std::uint64_t code_mapping() const { return code_mapping_; }
    std::uint64_t code_space() const { return code_space_; }

    SlowAccess& slow() { return slow_; }
    mem::GuestRam& ram() const { return ram_; }
    // The translations in use, and where they lie there.
    void* native_memory() const { return active_; }
    struct NativeLayout {
        mmu::Tlb::Offsets loads;
        mmu::Tlb::Offsets stores;
    };
    static constexpr NativeLayout native_layout() {
        const auto at = [](std::size_t tlb) {
            constexpr mmu::Tlb::Offsets kIn = mmu::Tlb::offsets();
            return mmu::Tlb::Offsets{tlb + kIn.entries, tlb + kIn.asid, tlb + kIn.recent, tlb + kIn.reaches};
        };
        return {at(offsetof(ModeTlbs, loads)), at(offsetof(ModeTlbs, stores))};
    }

    // Calls `others_forget` with a page that is about to be decoded and not guarded yet; it returns when no
    // other hart stores to it any more but by the slow path. It may wait, and let others act on this policy
    // meanwhile.
    void share_code(std::function<void(mem::PhysAddr page)> others_forget);
    // Stores to the page that holds a physical address take the slow path once.
    void forget_stores(mem::PhysAddr address);

    // Calls `on_store` at every store or atomic access to the eight bytes at `address`: just before an atomic
    // access, just after a store. One range at a time; stores elsewhere lose nothing but the fast path of
    // that page.
    void watch(mem::PhysAddr address, std::function<void()> on_store);

    // A debugger's, see Watchpoints. What atomic instructions reach they load and store.
    void set_watchpoints(std::vector<Watchpoint> watchpoints);
    std::optional<WatchHit> take_watch_hit() { return watchpoints_.take_hit(); }
    void pass_watched() { watchpoints_.pass(); }
    void refuse_watched() { watchpoints_.refuse(); }

    // Slow paths taken, for statistics: the fast path counts nothing.
    struct Counts {
        std::uint64_t load_misses = 0;
        std::uint64_t store_misses = 0;
        std::uint64_t flushes = 0;
    };
    const Counts& counts() const { return counts_; }
    const mmu::Translator::Counts& translations() const { return translator_.counts(); }

  private:
    struct Watch {
        mem::PhysAddr address;
        std::function<void()> on_store;
    };
    struct ModeTlbs {
        mmu::Tlb loads;
        mmu::Tlb stores;
    };
    // How often this hart has stored to a guarded page of late.
    struct GuardedStores {
        mem::PhysAddr page{};
        unsigned count = 0;
    };
    // A way of reaching memory: with which privilege, and translated or not.
    struct View {
        Privilege privilege = Privilege::machine;
        bool paged = false;
        mmu::Accessor accessor;

        std::size_t index() const;
        friend bool operator==(const View& a, const View& b) { return a.index() == b.index(); }
    };
    // Physical M; physical below; user with or without MXR; supervisor with or without SUM and MXR.
    static constexpr std::size_t kViews = 8;
    static constexpr std::size_t kPhysicalViews = 2;

    void follow_registers();
    void follow_satp();
    View view_of(Privilege privilege) const;
    std::optional<mmu::Mapping> locate(std::uint64_t address, unsigned size, mem::Access access);
    bool in_ram(const mmu::Mapping& place, std::uint64_t address, unsigned size, mem::Access access);
    bool fail(std::uint64_t fault_cause, std::uint64_t address);
    bool load_split(std::uint64_t address, unsigned size);
    bool store_split(std::uint64_t address, unsigned size, std::uint64_t value);
    bool split(std::uint64_t address, unsigned size) const;
    bool cacheable(mem::PhysAddr address) const;
    mmu::Tlb::Joins joins(mem::PhysAddr address) const;
    void cache_load(std::uint64_t address, const mmu::Mapping& place);
    void notice_store(std::uint64_t address, const mmu::Mapping& place, unsigned size);
    bool guarded(mem::PhysAddr address) const;
    void report_store(mem::PhysAddr address);
    bool watched(mem::PhysAddr address, std::uint64_t size) const;
    bool refuses(std::uint64_t address, unsigned size, mem::Access access);
    std::byte* host_page(mem::PhysAddr address) const;
    bool note_code(mem::PhysAddr address);
    void clear_views(std::size_t first);

    mem::GuestRam& ram_;
    const mem::MmioBus& bus_;
    CsrFile& csrs_;
    PteAccess tables_;
    mmu::Translator translator_;
    std::unique_ptr<std::array<ModeTlbs, kViews>> tlbs_;
    View data_;
    View code_;
    ModeTlbs* active_;
    const mmu::Tlb* loads_;
    const mmu::Tlb* stores_;
    std::uint64_t seen_protection_;
    std::uint64_t seen_satp_ = 0;
    bool seen_updates_ = false;
    std::uint64_t code_mapping_ = 0;
    std::uint64_t code_space_ = 0;
    SlowAccess slow_;
    std::optional<Watch> watch_;
    Watchpoints watchpoints_;
    std::function<void(mem::PhysAddr)> others_forget_;
    std::array<GuardedStores, 16> guarded_stores_{};  // by page number, modulo
    Counts counts_;
};

static_assert(MemoryPolicy<SystemMemory>);

}  // namespace vm::guest::riscv
