#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vm/base/check.h"

namespace vm::jit {

inline constexpr std::size_t kIntegerHomes = 9;
inline constexpr std::size_t kFloatHomes = 12;
inline constexpr std::size_t kHomes = kIntegerHomes + kFloatHomes;

// A place that a slot of the guest's state has in a host register: integers first, then floats.
using Home = std::uint8_t;
inline constexpr Home kNoHome = 0xff;
constexpr bool is_float_home(Home home) { return home >= kIntegerHomes; }

// Which slots lie in host registers wherever compiled code begins or ends; all others lie in the state in
// memory. It is the same for all code of a guest, so that any block may lead to any other.
class EdgeAbi {
  public:
    // Offsets of 64-bit slots, multiples of 8, as many as there are homes or fewer. `bias` is where the state
    // register points into the state: slots within 128 bytes of it are reached by the shortest instructions.
    template <class Integers, class Floats>
    EdgeAbi(std::uint32_t bias, const Integers& integers, const Floats& floats) : bias_(bias) {
        VM_CHECK(std::size(integers) <= kIntegerHomes and std::size(floats) <= kFloatHomes);
        Home at = 0;
        for (const std::uint32_t offset : integers) add(at++, offset);
        at = kIntegerHomes;
        for (const std::uint32_t offset : floats) add(at++, offset);
    }

    std::uint32_t bias() const { return bias_; }
    // The offset of the slot whose home this is; none where the home is not used.
    std::optional<std::uint32_t> slot_offset(Home home) const {
        return offsets_[home] == kUnused ? std::nullopt : std::optional(offsets_[home]);
    }
    std::optional<Home> home_of(std::uint32_t offset) const {
        const std::size_t number = offset / 8;
        if (offset % 8 != 0 or number >= homes_.size() or homes_[number] == kNoHome) return std::nullopt;
        return homes_[number];
    }

  private:
    static constexpr std::uint32_t kUnused = 0xffff'ffff;

    static constexpr std::array<std::uint32_t, kHomes> none() {
        std::array<std::uint32_t, kHomes> result{};
        result.fill(kUnused);
        return result;
    }

    void add(Home home, std::uint32_t offset) {
        VM_CHECK(offset % 8 == 0);
        offsets_[home] = offset;
        if (homes_.size() <= offset / 8) homes_.resize(offset / 8 + 1, kNoHome);
        homes_[offset / 8] = home;
    }

    std::uint32_t bias_;
    std::array<std::uint32_t, kHomes> offsets_ = none();
    std::vector<Home> homes_;  // by offset in units of eight bytes
};

}  // namespace vm::jit
