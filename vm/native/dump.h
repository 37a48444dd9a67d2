#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vm/base/symbol_table.h"
#include "vm/jit/code_observer.h"
#include "vm/native/guest_code.h"

namespace vm::native {

struct DumpOptions {
    bool ir = false;
    bool code = false;                       // of the host
    std::vector<std::uint64_t> addresses{};  // only of blocks that hold one of these; empty: of all
};

// Shows blocks as they are compiled: the guest's instructions, the block as lifted and behind the passes, the
// host's code. Also those that the compiler fails at, and why.
class Dump final : public jit::CodeObserver {
  public:
    // Takes the text of a block as a whole.
    using Sink = std::function<void(const std::string& text)>;

    // The symbols outlive it.
    Dump(DumpOptions options, const SymbolTable& symbols, Sink sink)
        : options_(std::move(options)), symbols_(symbols), sink_(std::move(sink)) {}

    void compiled(const jit::Compilation& from, const jit::NativeBlock& block,
                  const jit::Stubs& stubs) override;
    void failed(const jit::Compilation& from, std::string_view why) override;

  private:
    bool chosen(const jit::Compilation& from, const GuestCode& guest) const;
    std::string head(const jit::Compilation& from) const;

    DumpOptions options_;
    const SymbolTable& symbols_;
    Sink sink_;
};

}  // namespace vm::native
