#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace vm::user {

// Which addresses are mapped, as disjoint half-open ranges; neighbours are merged.
class RegionSet {
  public:
    // start < end in each of these.
    void insert(std::uint64_t start, std::uint64_t end);
    void erase(std::uint64_t start, std::uint64_t end);
    bool covers(std::uint64_t start, std::uint64_t end) const;
    bool overlaps(std::uint64_t start, std::uint64_t end) const;

    bool contains(std::uint64_t address) const { return covers(address, address + 1); }

    // Start of the highest unmapped range of `length` bytes inside [low, high).
    std::optional<std::uint64_t> gap_below(std::uint64_t high, std::uint64_t low, std::uint64_t length) const;

  private:
    std::map<std::uint64_t, std::uint64_t> ends_;  // start to end
};

}  // namespace vm::user
