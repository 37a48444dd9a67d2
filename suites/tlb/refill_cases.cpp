#include "suites/common/guards.h"
#include "suites/tlb/groups.h"
#include "suites/tlb/guest_view.h"
#include "suites/tlb/patterns.h"
#include "suites/tlb/trace.h"
#include "vm/mem/host_access.h"

namespace suites::tlb {
namespace {

using common::Case;

// Pages that outgrow the first level four times and fit the second, around and around: each access finds its
// slot taken by another page.
constexpr std::uint64_t kPages = 4 * vm::mmu::Tlb::kEntries;

enum class Order { dependent, independent };

// Sums what is read. When dependent, each address waits for the value read before.
template <Order kOrder>
[[gnu::noinline]] std::uint64_t read_batch(GuestView& view, const std::uint64_t* addresses,
                                           std::uint64_t sum) {
    std::uint64_t nothing = 0;
    std::uint64_t value = 0;
    for (std::uint64_t n = 0; n != kBatch; ++n) {
        common::scalar_barrier(nothing);
        const std::uint64_t waited = kOrder == Order::dependent ? value & nothing : 0;
        const std::byte* const host = view.reach(addresses[n] | waited);
        if (host == nullptr) [[unlikely]] {
            return 0;
        }
        value = vm::mem::host_load<std::uint64_t>(host);
        sum += value;
    }
    return sum;
}

Trace once_around(GuestView& view) {
    Pattern addresses = strided(kPages);
    addresses.resize(kPages);
    for (std::uint64_t& address : addresses) {
        address += GuestView::kFirst;
        view.reach(address);
    }
    return Trace(std::move(addresses), [&](std::uint64_t address) { return view.word_at(address); });
}

template <Order kOrder>
void refill(benchmark::State& state) {
    GuestView view(kPages, PageSize::small);
    const Trace trace = once_around(view);
    const auto before = view.counts();
    std::uint64_t sum = 0;
    std::uint64_t done = 0;
    while (state.KeepRunningBatch(kBatch)) {
        sum = read_batch<kOrder>(view, trace.batch(done), sum);
        done += kBatch;
    }
    common::expect_equal(state, "sum of what was read", sum, trace.sum_of(done));
    common::expect_equal(state, "number of refills", view.counts().hits - before.hits, done);
}

Case refill_case(const char* id, void (*body)(benchmark::State&)) {
    return {.id = id, .body = body, .metrics = {common::time_metric()}, .tags = {"quick", "tlb"}};
}

}  // namespace

std::vector<Case> refill_cases() {
    return {refill_case("refill/dependent", refill<Order::dependent>),
            refill_case("refill/independent", refill<Order::independent>)};
}

}  // namespace suites::tlb
