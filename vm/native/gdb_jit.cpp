#include "vm/native/gdb_jit.h"

#include <mutex>

#include "vm/jit/x64/unwind.h"
#include "vm/native/guest_code.h"
#include "vm/native/stub_names.h"
#include "vm/native/symbol_object.h"

extern "C" {
// NOLINTBEGIN(cppcoreguidelines-*,readability-identifier-naming)
GdbJitDescriptor __jit_debug_descriptor = {1, 0, nullptr, nullptr};
[[gnu::noinline]] void __jit_debug_register_code() { asm volatile("" ::: "memory"); }
// NOLINTEND(cppcoreguidelines-*,readability-identifier-naming)
}

namespace vm::native {
namespace {

enum Action : std::uint32_t { kRegister = 1, kUnregister = 2 };

// The list is one of the process.
std::unique_lock<std::mutex> lock_list() {
    static std::mutex mutex;
    return std::unique_lock(mutex);
}

void tell(Action action, GdbJitEntry& entry) {
    __jit_debug_descriptor.action = action;
    __jit_debug_descriptor.relevant = &entry;
    __jit_debug_register_code();
}

void enlist(GdbJitEntry& entry) {
    const auto lock = lock_list();
    entry.next = __jit_debug_descriptor.first;
    if (entry.next != nullptr) entry.next->previous = &entry;
    __jit_debug_descriptor.first = &entry;
    tell(kRegister, entry);
}

void strike(GdbJitEntry& entry) {
    const auto lock = lock_list();
    auto& before = entry.previous != nullptr ? entry.previous->next : __jit_debug_descriptor.first;
    before = entry.next;
    if (entry.next != nullptr) entry.next->previous = entry.previous;
    tell(kUnregister, entry);
}

}  // namespace

GdbJit::~GdbJit() {
    for (const auto& [address, entry] : entries_) strike(entry->listed);
}

void GdbJit::stubs_made(const jit::Stubs& stubs, std::uint64_t end) {
    const auto named = named_stubs(stubs);
    for (auto stub = named.rbegin(); stub != named.rend(); end = stub++->address) {
        add(stub->address, end - stub->address, tool_name(*stub));
    }
}

void GdbJit::stubs_dropped(const jit::Stubs& stubs) {
    for (const NamedStub& stub : named_stubs(stubs)) remove(stub.address);
}

void GdbJit::compiled(const jit::Compilation&, const jit::NativeBlock& block, const jit::Stubs&) {
    add(block.address, block.code.size(), block_name(block.pc, symbols_));
}

void GdbJit::dropped(const jit::NativeBlock& block) { remove(block.address); }

void GdbJit::add(std::uint64_t address, std::uint64_t size, const std::string& name) {
    auto entry = std::make_unique<Entry>();
    entry->object = symbol_object(name, address, size, jit::x64::unwind_section(address, size));
    entry->listed.object = reinterpret_cast<const char*>(entry->object.data());
    entry->listed.object_size = entry->object.size();
    enlist(entry->listed);
    entries_[address] = std::move(entry);
}

void GdbJit::remove(std::uint64_t address) {
    const auto at = entries_.find(address);
    if (at == entries_.end()) return;
    strike(at->second->listed);
    entries_.erase(at);
}

}  // namespace vm::native
