#include "vm/user/region_set.h"

#include <algorithm>
#include <iterator>

namespace vm::user {

void RegionSet::insert(std::uint64_t start, std::uint64_t end) {
    auto at = ends_.upper_bound(start);
    if (at != ends_.begin() and std::prev(at)->second >= start) {
        --at;
    }
    while (at != ends_.end() and at->first <= end) {
        start = std::min(start, at->first);
        end = std::max(end, at->second);
        at = ends_.erase(at);
    }
    ends_.emplace(start, end);
}

void RegionSet::erase(std::uint64_t start, std::uint64_t end) {
    auto at = ends_.upper_bound(start);
    if (at != ends_.begin() and std::prev(at)->second > start) {
        --at;
    }
    while (at != ends_.end() and at->first < end) {
        const auto [first, last] = *at;
        at = ends_.erase(at);
        if (first < start) {
            ends_.emplace(first, start);
        }
        if (last > end) {
            ends_.emplace(end, last);
        }
    }
}

bool RegionSet::covers(std::uint64_t start, std::uint64_t end) const {
    const auto after = ends_.upper_bound(start);
    return after != ends_.begin() and std::prev(after)->second >= end;
}

bool RegionSet::overlaps(std::uint64_t start, std::uint64_t end) const {
    const auto at = ends_.lower_bound(end);
    return at != ends_.begin() and std::prev(at)->second > start;
}

std::optional<std::uint64_t> RegionSet::gap_below(std::uint64_t high, std::uint64_t low,
                                                  std::uint64_t length) const {
    std::uint64_t gap_end = high;
    for (auto at = ends_.rbegin(); at != ends_.rend() and gap_end > low; ++at) {
        const std::uint64_t gap_start = std::max(at->second, low);
        if (gap_start < gap_end and gap_end - gap_start >= length) {
            return gap_end - length;
        }
        gap_end = std::min(gap_end, at->first);
    }
    if (gap_end > low and gap_end - low >= length) {
        return gap_end - length;
    }
    return std::nullopt;
}

}  // namespace vm::user
