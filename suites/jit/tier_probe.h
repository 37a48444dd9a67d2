#pragma once

#include <cstdint>
#include <filesystem>

#include "suites/jit/guest.h"
#include "vm/engine/native_tier.h"

namespace suites::jit {

// The compiler of a program's thread without the interpreter before it: what compiling, linking and leaving
// compiled code cost by themselves. All that cases know of vm::jit::Tier is here.
class TierProbe {
  public:
    TierProbe(const std::filesystem::path& folder, unsigned level)
        : guest_(folder, vm::native::Options{.code = {.code_bytes = kCodeBytes, .level = level}}) {}

    vm::engine::Frontend& frontend() { return guest_.frontend(); }
    vm::guest::riscv::Hart& hart() { return guest_.hart(); }
    Guest& guest() { return guest_; }

    // Where the compiled code begins; nullptr where it cannot be compiled.
    const void* compile(const vm::engine::NativeRequest& request) {
        return guest_.tier()->compile(request).entry;
    }
    vm::engine::NativeOutcome run(const void* entry, std::int64_t countdown) {
        return guest_.tier()->run(entry, countdown);
    }
    void link(const void* exit, const void* entry) { guest_.tier()->link(exit, entry); }

    // So far.
    struct Compiled {
        std::uint64_t blocks;
        std::uint64_t instructions;
        std::uint64_t host_bytes;
        std::uint64_t evicted;  // blocks
    };
    Compiled compiled() { return compiled_by(guest_); }
    static Compiled compiled_by(Guest& guest) {
        const auto counts = guest.tier()->cache().counts();
        return {counts.compiled, counts.guest_instructions, counts.host_bytes, counts.evicted};
    }

  private:
    // No more than stays in the caches and the host's translations.
    static constexpr std::size_t kCodeBytes = std::size_t{4} << 20;

    UserGuest guest_;
};

}  // namespace suites::jit
