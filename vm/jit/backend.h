#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "vm/base/result.h"
#include "vm/ir/block.h"
#include "vm/jit/native_block.h"
#include "vm/jit/native_frame.h"

namespace vm::jit {

// Pieces of host code that all blocks share.
struct Stubs {
    // Enters compiled code with a NativeFrame on the stack.
    using Enter = void (*)(NativeRun* run, const void* code, void* memory, std::int64_t countdown);

    Enter enter = nullptr;
    std::uint64_t leave = 0;    // at an exit: homes are in place, its site in rdx, a value in rax
    std::uint64_t budget = 0;   // at a block's entry; its pc in rax
    std::uint64_t serve = 0;    // to be called: calls C++, site in rax
    std::uint64_t abandon = 0;  // back to whoever entered: exit and state are complete
    // To be called where the recent region is another: looks the translation up. By store or load, and by
    // size as a power of two. The address in rax, the place of its RecentRegions in rdx, eight times; other
    // registers are kept. Carry set: there is none. Else the place holds its region, and rax is where the
    // access leads in the host.
    std::array<std::array<std::uint64_t, 4>, 2> look_up{};
};

// Makes host code. For one edge ABI and memory model.
class Backend {
  public:
    virtual ~Backend() = default;

    // Assembles the stubs for `address`, written through `writable`. Returns their size, at most `room`.
    virtual Result<std::size_t> make_stubs(std::byte* writable, std::uint64_t address, std::size_t room) = 0;
    virtual const Stubs& stubs() const = 0;
    // Compiles for code that will lie at `address`, a multiple of 16. Fails where the block asks for what is
    // not supported, or is too large.
    virtual Result<void> compile(const ir::Block& block, std::uint64_t pc, std::uint64_t address,
                                 NativeBlock& out) = 0;
    // Makes the exit of a site lead to `target`; `writable` is where the block's code is written.
    virtual void link(const Site& site, std::byte* writable, std::uint64_t target) = 0;
    // Back to how it was compiled.
    virtual void unlink(const Site& site, std::byte* writable) = 0;
};

}  // namespace vm::jit
