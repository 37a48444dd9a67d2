#pragma once

#include <cstdint>
#include <vector>

namespace suites::tlb {

// Orders in which memory of `pages` pages of 4 KiB is read: as many offsets from its start, all multiples of
// 8. Each call gives the same ones. Apart from the sequential one, a page is always read at one place, in a
// cache line that differs from its neighbours'.
inline constexpr std::size_t kSteps = 1 << 18;

using Pattern = std::vector<std::uint64_t>;

// Where a page is read: the offset from the memory's start.
std::uint64_t place_in(std::uint64_t page);

Pattern sequential(std::uint64_t pages);  // one cache line after another, around and around
Pattern strided(std::uint64_t pages);     // one page after another
Pattern random(std::uint64_t pages);
// Page of rank k with a probability proportional to 1 / k; the ranks are dealt out at random. (Zipf)
Pattern zipf(std::uint64_t pages);
// Takes turns: 4096 accesses to 64 pages, 4096 to 1024 others, 4096 to all of them.
Pattern mixed(std::uint64_t pages);
// Of each hundred accesses 99 go to 64 pages and one to the next of all others that do not share a slot of
// the first level with those.
Pattern hot_99_percent(std::uint64_t pages);

// The numbers below `count`, dealt out at random.
std::vector<std::uint64_t> shuffled(std::uint64_t count, std::uint64_t seed);

}  // namespace suites::tlb
