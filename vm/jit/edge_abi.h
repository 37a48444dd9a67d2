#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

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
    // Offsets of 64-bit slots, as many as there are homes or fewer. `bias` is where the state register points
    // into the state: slots within 128 bytes of it are reached by the shortest instructions.
    template <class Integers, class Floats>
    EdgeAbi(std::uint32_t bias, const Integers& integers, const Floats& floats) : bias_(bias) {
        VM_CHECK(std::size(integers) <= kIntegerHomes and std::size(floats) <= kFloatHomes);
        std::size_t at = 0;
        for (const std::uint32_t offset : integers) offsets_[at++] = offset;
        at = kIntegerHomes;
        for (const std::uint32_t offset : floats) offsets_[at++] = offset;
    }

    std::uint32_t bias() const { return bias_; }
    // The offset of the slot whose home this is; none where the home is not used.
    std::optional<std::uint32_t> slot_offset(Home home) const {
        return offsets_[home] == kUnused ? std::nullopt : std::optional(offsets_[home]);
    }
    std::optional<Home> home_of(std::uint32_t offset) const {
        for (std::size_t home = 0; home < kHomes; ++home) {
            if (offsets_[home] == offset) return static_cast<Home>(home);
        }
        return std::nullopt;
    }

  private:
    static constexpr std::uint32_t kUnused = 0xffff'ffff;

    static constexpr std::array<std::uint32_t, kHomes> none() {
        std::array<std::uint32_t, kHomes> result{};
        result.fill(kUnused);
        return result;
    }

    std::uint32_t bias_;
    std::array<std::uint32_t, kHomes> offsets_ = none();
};

}  // namespace vm::jit
