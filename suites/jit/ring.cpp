#include "suites/jit/ring.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "suites/common/touch.h"
#include "vm/mem/guest_ram.h"
#include "vm/mem/host_access.h"

namespace suites::jit {
namespace {

constexpr std::uint64_t kData = 0x10'0000'0000;

}  // namespace

Ring::Ring(Guest& guest, std::uint64_t bytes)
    : memory_(guest.map({kData, bytes, vm::mem::page::kRead | vm::mem::page::kWrite, {}})),
      order_(bytes / kLine) {
    std::iota(order_.begin(), order_.end(), 0U);
    std::shuffle(order_.begin(), order_.end(), std::mt19937_64(bytes));
    for (std::uint64_t step = 0; step < order_.size(); ++step) {
        std::byte* const line = &memory_[place_after(step)];
        vm::mem::host_store(line, guest_after(step + 1));
        vm::mem::host_store(line + 8, host_after(step + 1));
    }
}

std::uint64_t Ring::guest_after(std::uint64_t steps) const { return kData + place_after(steps); }

std::uint64_t Ring::host_after(std::uint64_t steps) const {
    return reinterpret_cast<std::uintptr_t>(&memory_[place_after(steps) + 8]);
}

void Ring::touch() const { common::touch_lines(memory_); }

}  // namespace suites::jit
