#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vm/engine/trap.h"
#include "vm/ir/block.h"

// What an interpreter of some guest and a compiler for some host need to know of one another: the interpreter
// runs what is cold and what only it can do, and hands blocks that are hot to the compiler.
namespace vm::engine {

// A block of guest code to be compiled, or to be found.
struct NativeRequest {
    // Who may find its code, and where its exits may be linked to.
    enum class Scope : std::uint8_t {
        none,  // nobody but who asked; nowhere
        page,  // all harts; to code of the same page of addresses and bytes, as others may come to lie
               // elsewhere
        all    // all threads; anywhere
    };

    std::uint64_t pc = 0;
    std::span<const std::byte> bytes{};  // from pc to the end of what was fetched
    std::uint32_t instructions = 0;      // at most so many; not zero
    std::uint32_t context = 0;           // what its code depends on besides its address and bytes
    std::uint64_t generation = 0;        // of code, from before the bytes were fetched, see forget_code
    Scope scope = Scope::all;
    std::uint64_t ran = 0;  // instructions that who asks has run
};

// What became of a request.
struct NativeCode {
    const void* entry = nullptr;  // where the code begins
    bool later = false;           // there is none yet: no room just now, or no use in beginning
};

// The guest's side: what its code means, and what compiled code leaves to C++.
class Frontend {
  public:
    virtual ~Frontend() = default;

    // Makes `block` of the code. Returns how many instructions it completes at its end; 0 where it is not
    // worth compiling.
    virtual std::uint32_t lift(ir::Block& block, const NativeRequest& request) = 0;

    // The guest's state, into which slots are offsets.
    virtual std::byte* state() = 0;
    // What the memory register holds from here on until the interpreter runs again.
    virtual void* memory() = 0;

    struct Outcome {
        bool done = false;
        std::uint64_t value = 0;
    };
    // An access that compiled code does not do itself. Where it is not done it has changed nothing, and the
    // interpreter finds out why.
    virtual Outcome load(std::uint64_t address, unsigned size) = 0;
    virtual Outcome store(std::uint64_t address, unsigned size, std::uint64_t value) = 0;
    // A call of a block. Where it is not done the block is left before its instruction.
    virtual Outcome call(std::uint32_t helper, const std::array<std::uint64_t, 4>& arguments) = 0;
};

// Why compiled code came back. The guest's state is exact.
struct NativeOutcome {
    enum class Kind : std::uint8_t {
        go_on,      // at pc, wherever that leads
        spent,      // before the block at pc, for which the countdown does not suffice
        interpret,  // the instruction at pc must be interpreted, at least it
        trap,       // the instruction at pc raised `trap`
        stale       // nothing ran: entries that the tier has given may be gone, see forget()
    };

    Kind kind = Kind::go_on;
    std::uint64_t pc = 0;
    std::int64_t countdown = 0;
    Trap trap{};
    const void* exit = nullptr;  // of go_on: can be linked; none where it cannot
};

// The host's side, of one hart. Compiled code may be shared with others.
class NativeTier {
  public:
    virtual ~NativeTier() = default;

    // Where code of the block begins that is there already; nullptr where none is.
    virtual const void* find(const NativeRequest& request) = 0;
    virtual NativeCode compile(const NativeRequest& request) = 0;
    // Runs from an entry on until something is left to the interpreter.
    virtual NativeOutcome run(const void* entry, std::int64_t countdown) = 0;
    // Right after the run that ended at this exit: from now on it leads to other code by itself, where scopes
    // allow that.
    virtual void link(const void* exit, const void* entry) = 0;
    // From now on jumps to this address that are not linked lead to that compiled code by themselves, in the
    // space that is selected.
    virtual void remember(std::uint64_t pc, const void* entry) = 0;
    // What addresses lead to: of jumps that are remembered only those of the same space are.
    virtual void select_space(std::uint64_t number) = 0;
    // The page of the host that holds `code` was overwritten, which advanced the generation of code to this:
    // what was compiled from older bytes is found and linked to no more. Without a page: any may have been.
    virtual void forget_code(const std::byte* code, std::uint64_t generation) = 0;
    // All that was overwritten up to this generation is forgotten: where a hart begins that has looked at no
    // code yet.
    virtual std::uint64_t forgotten() const = 0;
    // All entries that this hart was given, and where jumps of its led, are forgotten by it.
    virtual void forget() = 0;
};

}  // namespace vm::engine
