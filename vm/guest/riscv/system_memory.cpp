#include "vm/guest/riscv/system_memory.h"

#include <algorithm>
#include <utility>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/guest/riscv/trap_cause.h"

namespace vm::guest::riscv {
namespace {

using mem::Access;
using mem::kPageSize;
using mem::PhysAddr;
using mmu::Mapping;

// No exception has this code: of accesses refused for a debugger.
constexpr std::uint64_t kWatched = ~std::uint64_t{0};

PhysAddr page_of(PhysAddr address) { return PhysAddr{mmu::page_of(raw(address))}; }

std::uint64_t access_fault_of(Access access) {
    switch (access) {
        case Access::load:
            return cause::kLoadAccess;
        case Access::store:
            return cause::kStoreAccess;
        case Access::fetch:
            break;
    }
    return cause::kFetchAccess;
}

std::uint64_t page_fault_of(Access access) {
    switch (access) {
        case Access::load:
            return cause::kLoadPage;
        case Access::store:
            return cause::kStorePage;
        case Access::fetch:
            break;
    }
    return cause::kFetchPage;
}

std::uint64_t read_scalar(const mem::GuestRam& ram, PhysAddr address, unsigned size) {
    switch (size) {
        case 1:
            return *ram.read<std::uint8_t>(address);
        case 2:
            return *ram.read<std::uint16_t>(address);
        case 4:
            return *ram.read<std::uint32_t>(address);
        default:
            return *ram.read<std::uint64_t>(address);
    }
}

void write_scalar(mem::GuestRam& ram, PhysAddr address, unsigned size, std::uint64_t value) {
    switch (size) {
        case 1:
            return void(ram.write(address, static_cast<std::uint8_t>(value)));
        case 2:
            return void(ram.write(address, static_cast<std::uint16_t>(value)));
        case 4:
            return void(ram.write(address, static_cast<std::uint32_t>(value)));
        default:
            return void(ram.write(address, value));
    }
}

// Fields of satp. (Priv. 12.1.11)
std::uint64_t mode_of(std::uint64_t satp) { return satp >> 60; }
std::uint16_t asid_of(std::uint64_t satp) {
    return static_cast<std::uint16_t>(bits(satp, 44, 16) & mmu::kLargestAsid);
}
PhysAddr root_of(std::uint64_t satp) { return PhysAddr{bits(satp, 0, 44) << mem::kPageShift}; }

constexpr std::uint64_t kSv39 = 8;
constexpr std::uint64_t kSv57 = 10;

mmu::PagingMode paging_mode(std::uint64_t mode) {
    return static_cast<mmu::PagingMode>(mode - kSv39 + static_cast<std::uint64_t>(mmu::PagingMode::sv39));
}

// Told apart from other address spaces' in the bits that repeat the sign of an address; Sv57 leaves too few.
std::uint64_t space_of(std::uint64_t satp) {
    return mode_of(satp) == kSv57 ? 0 : std::uint64_t{asid_of(satp)} << 48;
}

}  // namespace

std::size_t SystemMemory::View::index() const {
    if (not paged) {
        return privilege == Privilege::machine ? 0 : 1;
    }
    if (accessor.mode == mmu::AccessorMode::user) {
        return accessor.mxr ? 3 : 2;
    }
    return 4U + (accessor.sum ? 2U : 0U) + (accessor.mxr ? 1U : 0U);
}

SystemMemory::SystemMemory(mem::GuestRam& ram, const mem::MmioBus& bus, CsrFile& csrs)
    : ram_(ram),
      bus_(bus),
      csrs_(csrs),
      tables_(ram, csrs.pmp()),
      tlbs_(std::make_unique<std::array<ModeTlbs, kViews>>()),
      seen_protection_(csrs.protection_generation()) {
    csrs_.set_protection_listener([this] { follow_registers(); });
    follow_registers();
}

SystemMemory::~SystemMemory() { csrs_.set_protection_listener({}); }

void SystemMemory::follow_registers() {
    if (seen_protection_ != csrs_.protection_generation()) {
        seen_protection_ = csrs_.protection_generation();
        ++counts_.flushes;
        clear_views(0);
    }
    if (seen_satp_ != csrs_.satp() or seen_updates_ != csrs_.updates_accessed_dirty()) {
        follow_satp();
    }
    data_ = view_of(csrs_.data_privilege());
    code_ = view_of(csrs_.privilege());
    code_space_ = code_.paged ? space_of(seen_satp_) : 0;
    active_ = &(*tlbs_)[data_.index()];
    loads_ = &active_->loads;
    stores_ = &active_->stores;
}

// What is known of an address space stays known while another one is in use. Between modes of paging nothing
// does: one address means different things to them.
void SystemMemory::follow_satp() {
    const std::uint64_t before = std::exchange(seen_satp_, csrs_.satp());
    seen_updates_ = csrs_.updates_accessed_dirty();
    const std::uint64_t mode = mode_of(seen_satp_);
    if (mode != mode_of(before)) {
        translator_.flush();
        clear_views(kPhysicalViews);
        ++code_mapping_;
    } else if (mode == kSv57 and seen_satp_ != before) {
        ++code_mapping_;
    }
    if (mode == 0) {
        return;
    }
    const mmu::AdUpdate update = seen_updates_ ? mmu::AdUpdate::hardware : mmu::AdUpdate::fault;
    translator_.select({paging_mode(mode), root_of(seen_satp_), {update, true, false}}, asid_of(seen_satp_));
    for (std::size_t view = kPhysicalViews; view < kViews; ++view) {
        (*tlbs_)[view].loads.select_asid(asid_of(seen_satp_));
        (*tlbs_)[view].stores.select_asid(asid_of(seen_satp_));
    }
}

SystemMemory::View SystemMemory::view_of(Privilege privilege) const {
    View view{privilege, privilege != Privilege::machine and mode_of(seen_satp_) != 0, {}};
    if (view.paged) {
        view.accessor = {
            privilege == Privilege::user ? mmu::AccessorMode::user : mmu::AccessorMode::supervisor,
            csrs_.user_memory_access(), csrs_.executable_readable()};
    }
    return view;
}

void SystemMemory::clear_views(std::size_t first) {
    for (std::size_t view = first; view < kViews; ++view) {
        (*tlbs_)[view].loads.clear();
        (*tlbs_)[view].stores.clear();
    }
}

bool SystemMemory::fail(std::uint64_t fault_cause, std::uint64_t address) {
    slow_.trap = {fault_cause, address};
    return false;
}

// Where an access goes that PMP allows; without one, the trap is set. Where it is translated it must not
// cross pages.
std::optional<Mapping> SystemMemory::locate(std::uint64_t address, unsigned size, Access access) {
    const View& view = access == Access::fetch ? code_ : data_;
    Mapping place{PhysAddr{address}, mem::kPageShift, 0};
    if (view.paged) {
        const mmu::Translation found = translator_.translate(tables_, {address, access, view.accessor});
        if (found.status != mmu::TranslationStatus::mapped) {
            const bool page_fault = found.status == mmu::TranslationStatus::page_fault;
            fail(page_fault ? page_fault_of(access) : access_fault_of(access), address);
            return std::nullopt;
        }
        place = found.mapping;
    }
    if (not csrs_.pmp().allows(place.address, size, access, view.privilege)) {
        fail(access_fault_of(access), address);
        return std::nullopt;
    }
    if (refuses(address, size, access)) {
        return std::nullopt;
    }
    return place;
}

bool SystemMemory::refuses(std::uint64_t address, unsigned size, Access access) {
    if (not watchpoints_.refuses(address, size, access)) {
        return false;
    }
    fail(kWatched, address);
    return true;
}

// Whether RAM answers; the trap is set where it does not.
bool SystemMemory::in_ram(const Mapping& place, std::uint64_t address, unsigned size, Access access) {
    if (ram_.contains(place.address, size)) {
        return true;
    }
    const bool begins_inside = ram_.contains(place.address, 1);
    const std::uint64_t reached = begins_inside ? raw(ram_.base()) + ram_.size() - raw(place.address) : 0;
    return fail(access_fault_of(access), address + reached);
}

bool SystemMemory::split(std::uint64_t address, unsigned size) const {
    return data_.paged and address % kPageSize > kPageSize - size;
}

std::byte* SystemMemory::host_page(PhysAddr address) const { return ram_.host(page_of(address)); }

// Whether what was found for one byte of the page holds for all of them.
bool SystemMemory::cacheable(PhysAddr address) const {
    const PhysAddr page = page_of(address);
    return ram_.contains(page, kPageSize) and csrs_.pmp().uniform_bytes(page, kPageSize) == kPageSize;
}

// Whether an access may cross from the page into its neighbours. Where addresses are translated it is two
// there; else it is one, which PMP decides as a whole.
mmu::Tlb::Joins SystemMemory::joins(PhysAddr address) const {
    constexpr std::uint64_t kRegion = mmu::Tlb::kLargestRegion;
    const PhysAddr region{align_down(raw(address), kRegion)};
    const bool one = data_.paged or csrs_.pmp().uniform_bytes(region, kRegion) == kRegion;
    return one ? mmu::Tlb::Joins::yes : mmu::Tlb::Joins::no;
}

void SystemMemory::cache_load(std::uint64_t address, const Mapping& place) {
    if (cacheable(place.address) and not watchpoints_.in_page_of(address, Access::load)) {
        active_->loads.insert(address, host_page(place.address), place.page_shift, joins(place.address));
    }
}

bool SystemMemory::watched(PhysAddr address, std::uint64_t size) const {
    constexpr std::uint64_t kWatchedBytes = 8;
    if (not watch_) {
        return false;
    }
    return raw(address) - raw(watch_->address) < kWatchedBytes or raw(watch_->address) - raw(address) < size;
}

bool SystemMemory::load_slow(std::uint64_t address, unsigned size) {
    ++counts_.load_misses;
    if (split(address, size)) {
        return load_split(address, size);
    }
    const auto place = locate(address, size, Access::load);
    if (not place) {
        return false;
    }
    if (ram_.contains(place->address, size)) {
        slow_.value = read_scalar(ram_, place->address, size);
        cache_load(address, *place);
        return true;
    }
    const auto loaded = bus_.load(place->address, size);
    slow_.value = *loaded;
    return loaded.has_value() or in_ram(*place, address, size, Access::load);
}

bool SystemMemory::load_split(std::uint64_t address, unsigned size) {
    const auto first = static_cast<unsigned>(kPageSize - address % kPageSize);
    const auto low = locate(address, first, Access::load);
    if (not low or not in_ram(*low, address, first, Access::load)) {
        return false;
    }
    const auto high = locate(address + first, size - first, Access::load);
    if (not high or not in_ram(*high, address + first, size - first, Access::load)) {
        return false;
    }
    slow_.value = 0;
    for (unsigned k = 0; k < size; ++k) {  // byte by byte: others may write there
        const PhysAddr at = k < first ? low->address + k : high->address + (k - first);
        slow_.value |= std::uint64_t{*ram_.read<std::uint8_t>(at)} << 8 * k;
    }
    return true;
}

bool SystemMemory::store_slow(std::uint64_t address, unsigned size, std::uint64_t value) {
    ++counts_.store_misses;
    if (split(address, size)) {
        return store_split(address, size, value);
    }
    const auto place = locate(address, size, Access::store);
    if (not place) {
        return false;
    }
    if (ram_.contains(place->address, size)) {
        write_scalar(ram_, place->address, size, value);
        report_store(place->address);
        report_store(place->address + (size - 1));
        notice_store(address, *place, size);
        return true;
    }
    return bus_.store(place->address, size, value).has_value() or
           in_ram(*place, address, size, Access::store);
}

// Both pages are asked before either is written.
bool SystemMemory::store_split(std::uint64_t address, unsigned size, std::uint64_t value) {
    const auto first = static_cast<unsigned>(kPageSize - address % kPageSize);
    const auto low = locate(address, first, Access::store);
    if (not low or not in_ram(*low, address, first, Access::store)) {
        return false;
    }
    const auto high = locate(address + first, size - first, Access::store);
    if (not high or not in_ram(*high, address + first, size - first, Access::store)) {
        return false;
    }
    const auto* const from = reinterpret_cast<const std::byte*>(&value);
    (void)ram_.write_bytes(low->address, {from, first});
    (void)ram_.write_bytes(high->address, {from + first, size - first});
    report_store(low->address);
    report_store(high->address);
    if (watched(low->address, first) or watched(high->address, size - first)) {
        watch_->on_store();
    }
    return true;
}

void SystemMemory::notice_store(std::uint64_t address, const Mapping& place, unsigned size) {
    const bool looked_at =
        watched(page_of(place.address), kPageSize) or watchpoints_.in_page_of(address, Access::store);
    if (not looked_at and not guarded(place.address) and cacheable(place.address)) {
        active_->stores.insert(address, host_page(place.address), place.page_shift, joins(place.address));
    }
    if (watched(place.address, size)) {
        watch_->on_store();
    }
}

bool SystemMemory::guarded(PhysAddr address) const {
    return (ram_.flags_at(address) & (mem::page::kGuarding | mem::page::kGuarded)) != 0;
}

// After a store. The guard of a page that takes many is released: it is data by now, or code that is written
// as a whole. Waiting for the others once in so many stores costs nothing.
void SystemMemory::report_store(PhysAddr address) {
    constexpr unsigned kPatience = 256;
    if (not guarded(address)) {
        return;
    }
    ram_.report_store(address);
    const PhysAddr page = page_of(address);
    GuardedStores& stores = guarded_stores_[(raw(page) >> mem::kPageShift) % guarded_stores_.size()];
    if (stores.page != page) {
        stores = {page, 0};
    }
    if (++stores.count == kPatience) {
        stores.count = 0;
        ram_.release_guard(page);
    }
}

// A misaligned atomic access is not split: it raises address-misaligned, which the manual lets precede the
// access fault. (Unpriv. 13.2, 13.4; Priv. 3.1.15) Devices know none.
std::byte* SystemMemory::reserve_pointer(std::uint64_t address, unsigned size) {
    if (address % size != 0) {
        fail(cause::kLoadMisaligned, address);
        return nullptr;
    }
    const auto place = locate(address, size, Access::load);
    if (not place or not in_ram(*place, address, size, Access::load)) {
        return nullptr;
    }
    return ram_.host(place->address);
}

// An AMO reads, too, but every fault of it is a store fault. A page that may be written may be read, an entry
// of PMP need not let both. (Priv. 3.7.1, on AMOs)
std::byte* SystemMemory::atomic_pointer(std::uint64_t address, unsigned size) {
    if (address % size != 0) {
        fail(cause::kStoreMisaligned, address);
        return nullptr;
    }
    if (std::byte* const known = stores_->find(address, size);
        known != nullptr and loads_->find(address, size)) {
        return known;
    }
    const auto place = locate(address, size, Access::store);
    if (not place or not in_ram(*place, address, size, Access::store)) {
        return nullptr;
    }
    if (not csrs_.pmp().allows(place->address, size, Access::load, data_.privilege)) {
        fail(cause::kStoreAccess, address);
        return nullptr;
    }
    if (refuses(address, size, Access::load)) {
        return nullptr;
    }
    // The caller stores later: whoever decodes the page from here on has to wait for that.
    guarded(place->address) ? ram_.release_guard(place->address) : ram_.store_notify(place->address, size);
    cache_load(address, *place);
    notice_store(address, *place, size);
    return ram_.host(place->address);
}

// The page holds code from here on, before its bytes are read: a store in between must not go unseen.
bool SystemMemory::fetch(std::uint64_t address) {
    constexpr unsigned kParcel = 2;
    std::optional<Mapping> place;
    do {
        place = locate(address, kParcel, Access::fetch);
        if (not place or not in_ram(*place, address, kParcel, Access::fetch)) {
            return false;
        }
    } while (note_code(place->address));
    const std::uint64_t to_page_end = kPageSize - (address & (kPageSize - 1));
    slow_.code = ram_.host(place->address);
    slow_.code_bytes = csrs_.pmp().uniform_bytes(place->address, to_page_end);
    const PhysAddr page = page_of(place->address);
    slow_.code_whole_page = csrs_.pmp().uniform_bytes(page, kPageSize) == kPageSize;
    slow_.code_page_shift = std::max(slow_.code_page_shift, unsigned{place->page_shift});
    return true;
}

// Whether others may have been waited for, who may have had translations forgotten meanwhile: then what was
// to be noted is not, and the fetch begins anew.
bool SystemMemory::note_code(PhysAddr address) {
    if (ram_.mark_guarded_code(address)) {
        return false;
    }
    const std::uint64_t begun = ram_.begin_guard(address);
    forget_stores(address);
    if (others_forget_) {
        others_forget_(page_of(address));
    }
    (void)ram_.end_guard(address, begun);  // where it failed, the next attempt begins another one
    return true;
}

void SystemMemory::share_code(std::function<void(PhysAddr)> others_forget) {
    others_forget_ = std::move(others_forget);
}

const std::byte* SystemMemory::overwritten_code(std::uint64_t generation) const {
    const auto page = ram_.overwritten_code(generation);
    return page ? ram_.host(*page) : nullptr;
}

void SystemMemory::translation_fence(const TranslationFence& fence) {
    const auto asid = static_cast<std::uint16_t>(fence.asid & mmu::kLargestAsid);
    ++counts_.flushes;
    if (fence.all_addresses) {
        fence.all_spaces ? translator_.flush() : translator_.flush_asid(asid);
    } else {
        fence.all_spaces ? translator_.flush_address(fence.address)
                         : translator_.flush_address(fence.address, asid);
    }
    const auto forget = [&](mmu::Tlb& tlb) {
        if (fence.all_addresses) {
            fence.all_spaces ? tlb.clear() : tlb.erase_asid(asid);
        } else {
            fence.all_spaces ? tlb.erase(fence.address) : tlb.erase(fence.address, asid);
        }
    };
    for (std::size_t view = kPhysicalViews; view < kViews; ++view) {
        forget((*tlbs_)[view].loads);
        forget((*tlbs_)[view].stores);
    }
}

void SystemMemory::forget_stores(PhysAddr address) {
    for (ModeTlbs& view : *tlbs_) {
        view.stores.erase_host(host_page(address));
    }
}

void SystemMemory::watch(PhysAddr address, std::function<void()> on_store) {
    watch_ = Watch{address, std::move(on_store)};
    forget_stores(address);
    forget_stores(address + 7);
}

void SystemMemory::set_watchpoints(std::vector<Watchpoint> watchpoints) {
    if (watchpoints_.set(std::move(watchpoints))) {
        clear_views(0);
    }
}

}  // namespace vm::guest::riscv
