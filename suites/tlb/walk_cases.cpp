#include <array>
#include <memory>
#include <random>
#include <stdexcept>

#include <fmt/format.h>

#include "suites/common/guards.h"
#include "suites/common/lazy.h"
#include "suites/common/touch.h"
#include "suites/tlb/groups.h"
#include "suites/tlb/trace.h"
#include "vm/mmu/page_table_builder.h"
#include "vm/mmu/ram_pte_memory.h"

namespace suites::tlb {
namespace {

using common::Case;
using common::scalar_barrier;
using vm::mem::PhysAddr;
using vm::mmu::PagingMode;
using vm::mmu::RamPteMemory;

struct Shape {
    PagingMode mode;
    unsigned level;  // of the leaves
};

constexpr std::array kModes = {PagingMode::sv39, PagingMode::sv48, PagingMode::sv57};
constexpr std::array<const char*, 3> kSizes = {"4KiB", "2MiB", "1GiB"};
constexpr PhysAddr kBase{0x80000000};
constexpr std::uint64_t kRamBytes = std::uint64_t{2} << 20;
constexpr std::uint64_t kFirst = 0x10'0000'0000;

std::string_view name_of(PagingMode mode) {
    switch (mode) {
        case PagingMode::sv39:
            return "sv39";
        case PagingMode::sv48:
            return "sv48";
        case PagingMode::sv57:
            break;
    }
    return "sv57";
}

// Page tables in guest RAM and a random walk over what they map: 16384 pages of 4 KiB (32 tables of leaves),
// 4096 of 2 MiB, or 64 of 1 GiB. The pages themselves are not read.
class Tables {
  public:
    explicit Tables(const Shape& shape)
        : shift_(vm::mem::kPageShift + 9 * shape.level), ram_(make_ram()), memory_(ram_) {
        namespace pte = vm::mmu::pte;
        using vm::mmu::PageTableBuilder;
        constexpr std::uint64_t kFlags = pte::kRead | pte::kUser | pte::kAccessed;
        const std::array<std::uint64_t, 3> counts = {16384, 4096, 64};
        const std::uint64_t pages = counts[shape.level];
        PageTableBuilder builder(ram_, shape.mode, kBase);
        for (std::uint64_t page = 0; page < pages; ++page) {
            builder.map(kFirst + (page << shift_), frame_of(page), kFlags, shape.level);
        }
        table_ = builder.table();
        table_bytes_ = raw(builder.end()) - raw(kBase);
        std::mt19937_64 random(shape.level);
        std::vector<std::uint64_t> addresses(16 * kBatch);
        for (std::uint64_t& address : addresses) {
            address = kFirst + (random() % pages << shift_);
        }
        trace_ = std::make_unique<Trace>(std::move(addresses), [this](std::uint64_t address) {
            return frame_of((address - kFirst) >> shift_);
        });
    }

    RamPteMemory& memory() { return memory_; }
    const vm::mmu::PageTable& table() const { return table_; }
    const Trace& trace() const { return *trace_; }
    // Where the RAM lies, at kBase of the guest.
    const std::byte* host() const { return ram_.host(kBase); }

    // Brings the tables into the caches.
    void touch() const { common::touch_lines({ram_.host(kBase), table_bytes_}); }

  private:
    static vm::mem::GuestRam make_ram() {
        auto ram = vm::mem::GuestRam::create(kBase, kRamBytes);
        if (not ram) {
            throw std::runtime_error(ram.error().message);
        }
        return std::move(*ram);
    }
    std::uint64_t frame_of(std::uint64_t page) const { return (page * 3 + 5) << shift_; }

    unsigned shift_;
    vm::mem::GuestRam ram_;
    RamPteMemory memory_;
    vm::mmu::PageTable table_;
    std::uint64_t table_bytes_ = 0;
    std::unique_ptr<Trace> trace_;
};

enum class Order { dependent, independent };

// Sums the physical addresses. All are of first bytes, so that their low bits can make the next address wait
// and change nothing.
template <Order kOrder>
[[gnu::noinline]] std::uint64_t walk_batch(RamPteMemory memory, vm::mmu::PageTable table,
                                           const std::uint64_t* addresses, std::uint64_t sum) {
    std::uint64_t waited = 0;
    for (std::uint64_t n = 0; n != kBatch; ++n) {
        const auto found = vm::mmu::walk(
            memory, table, {addresses[n] | waited, vm::mem::Access::load, {vm::mmu::AccessorMode::user}});
        if (found.translation.status != vm::mmu::TranslationStatus::mapped) [[unlikely]] {
            return 0;
        }
        std::uint64_t physical = raw(found.translation.mapping.address);
        scalar_barrier(physical);
        sum += physical;
        waited = kOrder == Order::dependent ? physical & (vm::mem::kPageSize - 1) : 0;
    }
    return sum;
}

// The control: the same loads one after another, nothing checked.
[[gnu::noinline]] std::uint64_t follow_batch(const std::byte* memory, const vm::mmu::PageTable& table,
                                             const std::uint64_t* addresses, std::uint64_t sum) {
    std::uint64_t waited = 0;
    for (std::uint64_t n = 0; n != kBatch; ++n) {
        const std::uint64_t address = addresses[n] | waited;
        std::uint64_t page = raw(table.root);
        for (unsigned level = vm::mmu::levels(table.mode); level-- != 0;) {
            const PhysAddr place = vm::mmu::entry_place(page, address, level);
            page = vm::mmu::pte::page(vm::mem::host_load<std::uint64_t>(memory + (raw(place) - raw(kBase))));
        }
        scalar_barrier(page);
        sum += page;
        waited = page & (vm::mem::kPageSize - 1);
    }
    return sum;
}

template <class Batch>
void run(benchmark::State& state, Tables& tables, Batch batch) {
    std::uint64_t sum = 0;
    std::uint64_t done = 0;
    while (state.KeepRunningBatch(kBatch)) {
        sum = batch(tables.trace().batch(done), sum);
        done += kBatch;
    }
    common::expect_equal(state, "sum of physical addresses", sum, tables.trace().sum_of(done));
}

template <Order kOrder>
void walks(benchmark::State& state, Tables& tables) {
    run(state, tables, [&](const std::uint64_t* addresses, std::uint64_t sum) {
        return walk_batch<kOrder>(tables.memory(), tables.table(), addresses, sum);
    });
}

void raw_loads(benchmark::State& state, Tables& tables) {
    run(state, tables, [&](const std::uint64_t* addresses, std::uint64_t sum) {
        return follow_batch(tables.host(), tables.table(), addresses, sum);
    });
}

Case walk_case(std::string id, const std::shared_ptr<common::Lazy<Tables>>& tables,
               void (*body)(benchmark::State&, Tables&)) {
    return {.id = std::move(id),
            .body = [=](auto& state) { body(state, (*tables)()); },
            .metrics = {common::time_metric()},
            .tags = {"quick", "tlb"},
            .touch = [=] { (*tables)().touch(); }};
}

void add_walks(std::vector<Case>& cases, const Shape& shape) {
    const auto tables = common::lazy<Tables>(shape);
    const std::string text = fmt::format("{}/{}", name_of(shape.mode), kSizes[shape.level]);
    Case dependent = walk_case("walk/" + text + "/dependent", tables, walks<Order::dependent>);
    if (shape.level == 0) {
        // For Sv39 the floor is 60 ns.
        dependent.targets = {{"time", "raw_walk/" + text + "/dependent", 4}};
        Case control = walk_case("raw_walk/" + text + "/dependent", tables, raw_loads);
        control.tags.push_back("reference");
        cases.push_back(std::move(control));
    }
    cases.push_back(std::move(dependent));
    cases.push_back(walk_case("walk/" + text + "/independent", tables, walks<Order::independent>));
}

}  // namespace

std::vector<Case> walk_cases() {
    std::vector<Case> cases;
    for (const PagingMode mode : kModes) {
        for (unsigned level = 0; level < kSizes.size(); ++level) {
            add_walks(cases, {mode, level});
        }
    }
    return cases;
}

}  // namespace suites::tlb
