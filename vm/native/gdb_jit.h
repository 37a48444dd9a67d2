#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vm/base/symbol_table.h"
#include "vm/jit/code_observer.h"

// GDB's JIT Compilation Interface (GDB manual, chapter 30): gdb looks for this descriptor, and stops at this
// function to see what has changed. The two names and the layouts are its own.
extern "C" {
struct GdbJitEntry {
    GdbJitEntry* next = nullptr;
    GdbJitEntry* previous = nullptr;
    const char* object = nullptr;
    std::uint64_t object_size = 0;
};
struct GdbJitDescriptor {
    std::uint32_t version;
    std::uint32_t action;
    GdbJitEntry* relevant;
    GdbJitEntry* first;
};
// NOLINTBEGIN(cppcoreguidelines-*,readability-identifier-naming)
extern GdbJitDescriptor __jit_debug_descriptor;
void __jit_debug_register_code();
// NOLINTEND(cppcoreguidelines-*,readability-identifier-naming)
}

namespace vm::native {

// Tells a debugger of this process, as gdb of the host, what compiled code is called, as long as it is there.
class GdbJit final : public jit::CodeObserver {
  public:
    // The symbols outlive it.
    explicit GdbJit(const SymbolTable& symbols) : symbols_(symbols) {}
    ~GdbJit() override;
    GdbJit(const GdbJit&) = delete;
    GdbJit& operator=(const GdbJit&) = delete;

    void stubs_made(const jit::Stubs& stubs, std::uint64_t end) override;
    void stubs_dropped(const jit::Stubs& stubs) override;
    void compiled(const jit::Compilation& from, const jit::NativeBlock& block,
                  const jit::Stubs& stubs) override;
    void dropped(const jit::NativeBlock& block) override;

  private:
    struct Entry {
        std::vector<std::byte> object;
        GdbJitEntry listed{};
    };

    void add(std::uint64_t address, std::uint64_t size, const std::string& name);
    void remove(std::uint64_t address);

    const SymbolTable& symbols_;
    std::map<std::uint64_t, std::unique_ptr<Entry>> entries_;  // by address of the code
};

}  // namespace vm::native
