#include <array>

#include "suites/common/guards.h"
#include "suites/tlb/groups.h"
#include "suites/tlb/guest_view.h"
#include "suites/tlb/patterns.h"
#include "vm/mem/host_access.h"

namespace suites::tlb {
namespace {

using common::Case;

constexpr std::uint64_t kPages = 64;
constexpr std::uint64_t kElsewhere = 128;  // pages further on: other slots of the first level

// What happens before a program's next 64 accesses, one to each page of its working set. `turn` counts the
// iterations; the answer is the page that the working set starts with.
using Event = std::uint64_t (*)(GuestView& view, std::uint64_t turn);

std::uint16_t space_of(std::uint64_t turn) { return static_cast<std::uint16_t>(turn % GuestView::kSpaces); }

std::uint64_t nothing(GuestView&, std::uint64_t) { return 0; }

std::uint64_t flush_all(GuestView& view, std::uint64_t) {
    view.flush();
    return 0;
}

std::uint64_t flush_asid(GuestView& view, std::uint64_t) {
    view.flush_asid(GuestView::asid(0));
    return 0;
}

std::uint64_t flush_address(GuestView& view, std::uint64_t turn) {
    view.flush_address(GuestView::kFirst + turn % kPages * vm::mem::kPageSize);
    return 0;
}

std::uint64_t flush_address_of_asid(GuestView& view, std::uint64_t turn) {
    view.flush_address(GuestView::kFirst + turn % kPages * vm::mem::kPageSize, GuestView::asid(0));
    return 0;
}

std::uint64_t switch_space(GuestView& view, std::uint64_t turn) {
    view.select(space_of(turn));
    return 0;
}

std::uint64_t switch_space_with_other_pages(GuestView& view, std::uint64_t turn) {
    view.select(space_of(turn));
    return space_of(turn) * kElsewhere;
}

// What a guest has to do whose machine has no address-space identifiers.
std::uint64_t switch_space_and_flush(GuestView& view, std::uint64_t turn) {
    view.select(space_of(turn));
    view.flush();
    return 0;
}

struct Row {
    const char* id;
    Event event;
    PageSize size = PageSize::small;
    bool switches = false;
    const char* reference = nullptr;
    double ratio = 1;
};

constexpr std::array kRows = {
    Row{"flush/nothing", nothing},
    Row{"flush/all", flush_all},
    Row{"flush/asid", flush_asid},
    Row{"flush/address", flush_address},
    Row{"flush/address_of_asid", flush_address_of_asid},
    Row{"flush/address_in_superpage", flush_address, PageSize::large},
    Row{"switch/same_pages", switch_space, PageSize::small, true, "switch/flushing", 1.0},
    Row{"switch/other_pages", switch_space_with_other_pages, PageSize::small, true, "switch/flushing", 1.0},
    Row{"switch/flushing", switch_space_and_flush, PageSize::small, true},
};

[[gnu::noinline]] std::uint64_t read_pages(GuestView& view, std::uint64_t first, std::uint64_t sum) {
    for (std::uint64_t page = first; page != first + kPages; ++page) {
        const std::byte* const host = view.reach(GuestView::kFirst + place_in(page));
        if (host == nullptr) [[unlikely]] {
            return 0;
        }
        sum += vm::mem::host_load<std::uint64_t>(host);
    }
    return sum;
}

std::uint64_t known_sum(const GuestView& view, std::uint64_t first, std::uint16_t space) {
    std::uint64_t sum = 0;
    for (std::uint64_t page = 0; page < kPages; ++page) {
        sum += view.word_at(GuestView::kFirst + place_in(first + page), space);
    }
    return sum;
}

void run(benchmark::State& state, const Row& row) {
    GuestView view(2 * kElsewhere, row.size);
    const std::array firsts = {row.event(view, 0), row.event(view, 1)};
    for (std::uint64_t turn = 0; turn < 2; ++turn) {
        read_pages(view, row.event(view, turn), 0);  // so that no walk is the first ever to a page
    }
    const std::uint64_t walks = view.counts().walks;
    std::uint64_t sum = 0;
    std::uint64_t turn = 0;
    for (auto _ : state) {
        sum = read_pages(view, row.event(view, turn++), sum);
    }
    const std::uint64_t even = known_sum(view, firsts[0], 0);
    const std::uint64_t odd = known_sum(view, firsts[1], row.switches ? 1 : 0);
    common::expect_equal(state, "sum of what was read", sum, (turn + 1) / 2 * even + turn / 2 * odd);
    state.counters["walks"] = static_cast<double>(view.counts().walks - walks) / static_cast<double>(turn);
}

Case flush_case(const Row& row) {
    Case made{.id = row.id,
              .body = [=](auto& state) { run(state, row); },
              .metrics = {common::time_metric(), {"walks", "an iteration", common::Direction::lower}},
              .tags = {"quick", "tlb"}};
    if (row.reference != nullptr) {
        made.targets = {{"time", row.reference, row.ratio}};
    }
    return made;
}

}  // namespace

std::vector<Case> flush_cases() {
    std::vector<Case> cases;
    for (const Row& row : kRows) {
        cases.push_back(flush_case(row));
    }
    return cases;
}

}  // namespace suites::tlb
