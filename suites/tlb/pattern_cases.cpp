#include <array>

#include <fmt/format.h>

#include "suites/common/guards.h"
#include "suites/common/lazy.h"
#include "suites/common/sizes.h"
#include "suites/tlb/groups.h"
#include "suites/tlb/guest_view.h"
#include "suites/tlb/patterns.h"
#include "suites/tlb/trace.h"
#include "vm/mem/host_access.h"

namespace suites::tlb {
namespace {

using common::Case;
using common::Direction;
using common::Metric;

// What share of accesses the first level must find for the case to be what its name says.
struct Bounds {
    double least = 0;
    double most = 1;
};

struct Order {
    const char* name;
    Pattern (*make)(std::uint64_t pages);
    std::uint64_t pages;
    Bounds hit_rate = {};

    std::string id() const {
        return fmt::format("pattern/{}/{}", name, common::size_text(pages * vm::mem::kPageSize));
    }
};

// 256 pages are a quarter of what the first level covers, 4096 four times as much and half of what the second
// does, 10240 somewhat more than that, 32768 four times as much.
constexpr std::array kOrders = {
    Order{"sequential", sequential, 4096},
    Order{"strided", strided, 256},
    Order{"strided", strided, 4096},
    Order{"strided", strided, 10240},
    Order{"random", random, 256},
    Order{"random", random, 4096},
    Order{"random", random, 32768},
    Order{"zipf", zipf, 4096},
    Order{"zipf", zipf, 32768},
    Order{"mixed", mixed, 32768},
    Order{"hot_99_percent", hot_99_percent, 32768, {0.985, 0.995}},
    Order{"cold_0_percent", strided, 32768, {0, 0.001}},
};

// The guest and the addresses, gone through once, so that the levels hold what they would.
class Walkabout {
  public:
    explicit Walkabout(const Order& order) : view_(order.pages, PageSize::small), trace_(make_trace(order)) {
        go_around();
    }

    void go_around() {
        for (const std::uint64_t address : trace_.addresses()) {
            view_.reach(address);
        }
    }

    GuestView& view() { return view_; }
    const Trace& trace() const { return trace_; }

  private:
    Trace make_trace(const Order& order) const {
        Pattern addresses = order.make(order.pages);
        for (std::uint64_t& address : addresses) {
            address += GuestView::kFirst;
        }
        return Trace(std::move(addresses), [this](std::uint64_t address) { return view_.word_at(address); });
    }

    GuestView view_;
    Trace trace_;
};

[[gnu::noinline]] std::uint64_t read_batch(GuestView& view, const std::uint64_t* addresses,
                                           std::uint64_t sum) {
    for (std::uint64_t n = 0; n != kBatch; ++n) {
        const std::byte* const host = view.reach(addresses[n]);
        if (host == nullptr) [[unlikely]] {
            return 0;
        }
        sum += vm::mem::host_load<std::uint64_t>(host);
    }
    return sum;
}

void report(benchmark::State& state, const Order& order, const vm::mmu::Translator::Counts& before,
            const vm::mmu::Translator::Counts& after) {
    const auto accesses = static_cast<double>(state.iterations());
    const auto hits = static_cast<double>(after.hits - before.hits);
    const auto walks = static_cast<double>(after.walks - before.walks);
    const double hit_rate = 1 - (hits + walks) / accesses;
    // A run of few accesses sees a part of the pattern only.
    if (state.iterations() >= static_cast<std::int64_t>(kSteps) and
        (hit_rate < order.hit_rate.least or hit_rate > order.hit_rate.most)) {
        state.SkipWithError(fmt::format("the first level found {:.1f} %", 100 * hit_rate).c_str());
        return;
    }
    state.counters["hit_rate"] = 100 * hit_rate;
    state.counters["second_level_hits"] = 100 * hits / accesses;
    state.counters["walks"] = 100 * walks / accesses;
}

void read(benchmark::State& state, const Order& order, Walkabout& walkabout) {
    const auto before = walkabout.view().counts();
    std::uint64_t sum = 0;
    std::uint64_t done = 0;
    while (state.KeepRunningBatch(kBatch)) {
        sum = read_batch(walkabout.view(), walkabout.trace().batch(done), sum);
        done += kBatch;
    }
    if (common::expect_equal(state, "sum of what was read", sum, walkabout.trace().sum_of(done))) {
        report(state, order, before, walkabout.view().counts());
    }
}

Case pattern_case(const Order& order) {
    const auto walkabout = common::lazy<Walkabout>(order);
    return {.id = order.id(),
            .body = [=](auto& state) { read(state, order, (*walkabout)()); },
            .metrics = {common::time_metric(), Metric{"hit_rate", "%", Direction::higher},
                        Metric{"second_level_hits", "%", Direction::higher},
                        Metric{"walks", "%", Direction::lower}},
            .tags = {"quick", "tlb"},
            .touch = [=] { (*walkabout)().go_around(); }};
}

}  // namespace

std::vector<Case> pattern_cases() {
    std::vector<Case> cases;
    for (const Order& order : kOrders) {
        cases.push_back(pattern_case(order));
    }
    return cases;
}

}  // namespace suites::tlb
