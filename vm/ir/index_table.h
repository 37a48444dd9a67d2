#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace vm::ir {

// Finds things by their contents: indices of entries that lie in some array of the user's, hashed openly.
// Clearing keeps the storage.
class IndexTable {
  public:
    IndexTable() : cells_(kSmallest) {}

    void clear() {
        cells_.resize(kSmallest);
        std::fill(cells_.begin(), cells_.end(), Cell{});
        count_ = 0;
    }

    // The entry with this hash that equals(index) accepts, or `candidate` after noting it under the hash.
    template <class Equals>
    std::uint32_t find_or_insert(std::uint64_t hash, std::uint32_t candidate, Equals equals) {
        const auto short_hash = static_cast<std::uint32_t>(hash >> 32);
        for (std::size_t i = short_hash & (cells_.size() - 1);; i = (i + 1) & (cells_.size() - 1)) {
            Cell& cell = cells_[i];
            if (cell.index == kEmpty) {
                cell = {short_hash, candidate};
                ++count_;
                if (count_ * 2 > cells_.size()) grow();
                return candidate;
            }
            if (cell.hash == short_hash and equals(cell.index)) return cell.index;
        }
    }

    // The same without noting anything.
    template <class Equals>
    std::optional<std::uint32_t> find(std::uint64_t hash, Equals equals) const {
        const auto short_hash = static_cast<std::uint32_t>(hash >> 32);
        for (std::size_t i = short_hash & (cells_.size() - 1); cells_[i].index != kEmpty;
             i = (i + 1) & (cells_.size() - 1)) {
            if (cells_[i].hash == short_hash and equals(cells_[i].index)) return cells_[i].index;
        }
        return std::nullopt;
    }

  private:
    static constexpr std::uint32_t kEmpty = 0xffff'ffff;
    static constexpr std::size_t kSmallest = 256;

    struct Cell {
        std::uint32_t hash = 0;
        std::uint32_t index = kEmpty;
    };

    void grow() {
        std::vector<Cell> old(cells_.size() * 2);
        old.swap(cells_);
        for (const Cell& cell : old) {
            if (cell.index == kEmpty) continue;
            std::size_t i = cell.hash & (cells_.size() - 1);
            while (cells_[i].index != kEmpty) i = (i + 1) & (cells_.size() - 1);
            cells_[i] = cell;
        }
    }

    std::vector<Cell> cells_;
    std::size_t count_ = 0;
};

// A step of a hash over 64-bit words; the upper half of the result is the better one.
constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
    const std::uint64_t product = (hash ^ word) * 0x9e37'79b9'7f4a'7c15;
    return product ^ product >> 29;
}

}  // namespace vm::ir
