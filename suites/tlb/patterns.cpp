#include "suites/tlb/patterns.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "vm/mem/address.h"
#include "vm/mmu/tlb.h"

namespace suites::tlb {
namespace {

constexpr std::uint64_t kLine = 64;

// Below `bound`; the standard's distributions differ between libraries.
std::uint64_t below(std::mt19937_64& random, std::uint64_t bound) { return random() % bound; }

template <class NextPage>
Pattern of_pages(NextPage next_page) {
    Pattern pattern(kSteps);
    std::generate(pattern.begin(), pattern.end(), [&] { return place_in(next_page()); });
    return pattern;
}

}  // namespace

// Neighbours that were read at the same place would fight for the same few cache lines.
std::uint64_t place_in(std::uint64_t page) {
    return page * vm::mem::kPageSize + page * 9 * kLine % vm::mem::kPageSize;
}

Pattern sequential(std::uint64_t pages) {
    Pattern pattern(kSteps);
    for (std::uint64_t i = 0; i < kSteps; ++i) {
        pattern[i] = i * kLine % (pages * vm::mem::kPageSize);
    }
    return pattern;
}

Pattern strided(std::uint64_t pages) {
    return of_pages([=, page = std::uint64_t{0}]() mutable { return page++ % pages; });
}

Pattern random(std::uint64_t pages) {
    return of_pages([=, random = std::mt19937_64(1)]() mutable { return below(random, pages); });
}

Pattern zipf(std::uint64_t pages) {
    std::mt19937_64 random(2);
    std::vector<double> cumulated(pages);
    double sum = 0;
    for (std::uint64_t rank = 0; rank < pages; ++rank) {
        cumulated[rank] = sum += 1 / static_cast<double>(rank + 1);
    }
    const std::vector<std::uint64_t> page_of_rank = shuffled(pages, 1);
    return of_pages([&] {
        const double drawn = static_cast<double>(random() >> 11) * 0x1p-53 * sum;
        const auto found = std::upper_bound(cumulated.begin(), cumulated.end(), drawn);
        const auto rank = static_cast<std::uint64_t>(found - cumulated.begin());
        return page_of_rank[std::min(rank, pages - 1)];
    });
}

Pattern mixed(std::uint64_t pages) {
    constexpr std::uint64_t kTurn = 4096;
    constexpr std::uint64_t kSmall = 64;
    constexpr std::uint64_t kMedium = 1024;
    return of_pages([=, random = std::mt19937_64(3), step = std::uint64_t{0}]() mutable {
        switch (step++ / kTurn % 3) {
            case 0:
                return below(random, kSmall);
            case 1:
                return kSmall + below(random, kMedium);
            default:
                return below(random, pages);
        }
    });
}

Pattern hot_99_percent(std::uint64_t pages) {
    constexpr std::uint64_t kHot = 64;
    std::vector<bool> taken(vm::mmu::Tlb::kEntries);
    for (std::uint64_t page = 0; page < kHot; ++page) {
        taken[vm::mmu::Tlb::index_of(page * vm::mem::kPageSize)] = true;
    }
    return of_pages([=, step = std::uint64_t{0}, cold = kHot]() mutable {
        if (++step % 100 != 0) {
            return step % kHot;
        }
        const std::uint64_t page = cold;
        do {  // past the pages that share slots with the hot ones
            cold = cold + 1 < pages ? cold + 1 : kHot;
        } while (taken[vm::mmu::Tlb::index_of(cold * vm::mem::kPageSize)]);
        return page;
    });
}

std::vector<std::uint64_t> shuffled(std::uint64_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    for (std::uint64_t i = count; i > 1; --i) {
        std::swap(numbers[i - 1], numbers[below(random, i)]);
    }
    return numbers;
}

}  // namespace suites::tlb
