#include "suites/memory_sizes/footprint.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "suites/common/touch.h"
#include "suites/memory_sizes/walk.h"

namespace suites::memory_sizes {

vm::mem::GuestRam& Footprint::ram() {
    if (not ram_) {
        auto made = vm::mem::GuestRam::create(kBase, largest_ + vm::mem::kPageSize);
        if (not made) {
            throw std::runtime_error(made.error().message);
        }
        ram_.emplace(std::move(*made));
    }
    return *ram_;
}

vm::mem::GuestRam& Footprint::with_pattern(std::uint64_t bytes) {
    vm::mem::GuestRam& memory = ram();
    if (patterned_ < bytes) {
        auto* words = reinterpret_cast<std::uint64_t*>(memory.host(kBase));
        for (std::uint64_t i = 0; i <= bytes / 8; ++i) {
            words[i] = pattern_word(i);
        }
        patterned_ = bytes;
        touched_ = std::max(touched_, bytes);
    }
    return memory;
}

vm::mem::GuestRam& Footprint::to_overwrite(std::uint64_t bytes) {
    vm::mem::GuestRam& memory = touched_ < bytes ? with_pattern(bytes) : ram();
    patterned_ = 0;
    return memory;
}

void Footprint::touch(std::uint64_t bytes) { common::touch_lines({ram().host(kBase), bytes}); }

}  // namespace suites::memory_sizes
