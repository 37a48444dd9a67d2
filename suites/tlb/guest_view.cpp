#include "suites/tlb/guest_view.h"

#include <stdexcept>
#include <utility>

#include "vm/mmu/page_table_builder.h"

namespace suites::tlb {
namespace {

using vm::mem::kPageSize;
using vm::mem::PhysAddr;

constexpr PhysAddr kBase{0x80000000};
constexpr std::uint64_t kDataBytes = std::uint64_t{1} << 21;
constexpr std::uint64_t kFrames = 16;  // that pages of 4 KiB show

std::uint64_t word(std::uint64_t index) { return (index + 1) * 0x9e3779b97f4a7c15; }

// Two trees of tables; 4 KiB of last-level table map 2 MiB.
std::uint64_t table_bytes(std::uint64_t pages) { return 2 * (pages / 512 + 8) * kPageSize; }

vm::mem::GuestRam make_ram(std::uint64_t pages) {
    auto ram = vm::mem::GuestRam::create(kBase, kDataBytes + table_bytes(pages));
    if (not ram) {
        throw std::runtime_error(ram.error().message);
    }
    for (std::uint64_t i = 0; i < kDataBytes / 8; ++i) {
        static_cast<void>(ram->write(kBase + 8 * i, word(i)));
    }
    return std::move(*ram);
}

}  // namespace

GuestView::GuestView(std::uint64_t pages, PageSize size) : size_(size), ram_(make_ram(pages)), memory_(ram_) {
    map_pages(pages);
    select(0);
}

void GuestView::map_pages(std::uint64_t pages) {
    namespace pte = vm::mmu::pte;
    using vm::mmu::PageTableBuilder;
    using vm::mmu::PagingMode;
    constexpr std::uint64_t kFlags = pte::kRead | pte::kUser | pte::kAccessed;
    const std::uint64_t bytes = size_ == PageSize::large ? kDataBytes : kPageSize;
    PhysAddr place = kBase + kDataBytes;
    for (std::uint16_t space = 0; space < kSpaces; ++space) {
        PageTableBuilder builder(ram_, PagingMode::sv39, place);
        for (std::uint64_t page = 0; page < pages; ++page) {
            const std::uint64_t address = kFirst + page * bytes;
            builder.map(address, frame_of(address, space), kFlags, size_ == PageSize::large ? 1 : 0);
        }
        tables_.push_back(builder.table());
        place = builder.end();
    }
}

std::uint64_t GuestView::frame_of(std::uint64_t address, std::uint16_t space) const {
    if (size_ == PageSize::large) {
        return raw(kBase);
    }
    const std::uint64_t mixed = (address >> vm::mem::kPageShift) * 0x9e3779b97f4a7c15 >> 40;
    return raw(kBase) + (mixed + 5 * space) % kFrames * kPageSize;
}

std::uint64_t GuestView::word_at(std::uint64_t address, std::uint16_t space) const {
    const std::uint64_t bytes = size_ == PageSize::large ? kDataBytes : kPageSize;
    return word((frame_of(address, space) - raw(kBase) + address % bytes) / 8);
}

void GuestView::select(std::uint16_t space) {
    translator_.select(tables_[space], asid(space));
    loads_.select_asid(asid(space));
}

std::byte* GuestView::refill(std::uint64_t address) {
    const auto found = translator_.translate(
        memory_, {address, vm::mem::Access::load, {vm::mmu::AccessorMode::user, false, false}});
    if (found.status != vm::mmu::TranslationStatus::mapped) {
        return nullptr;
    }
    std::byte* const host = ram_.host(found.mapping.address);
    loads_.insert(address, host - address % kPageSize, found.mapping.page_shift);
    return host;
}

void GuestView::flush() {
    translator_.flush();
    loads_.clear();
}

void GuestView::flush_asid(std::uint16_t asid) {
    translator_.flush_asid(asid);
    loads_.erase_asid(asid);
}

void GuestView::flush_address(std::uint64_t address) {
    translator_.flush_address(address);
    loads_.erase(address);
}

void GuestView::flush_address(std::uint64_t address, std::uint16_t asid) {
    translator_.flush_address(address, asid);
    loads_.erase(address, asid);
}

}  // namespace suites::tlb
