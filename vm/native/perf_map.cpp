#include "vm/native/perf_map.h"

#include <fmt/format.h>
#include <unistd.h>

#include "vm/native/append_file.h"
#include "vm/native/guest_code.h"
#include "vm/native/stub_names.h"

namespace vm::native {

void PerfMap::stubs_made(const jit::Stubs& stubs, std::uint64_t end) {
    auto named = named_stubs(stubs);
    for (auto stub = named.rbegin(); stub != named.rend(); end = stub++->address) {
        add(stub->address, end - stub->address, tool_name(*stub));
    }
}

void PerfMap::compiled(const jit::Compilation&, const jit::NativeBlock& block, const jit::Stubs&) {
    add(block.address, block.code.size(), block_name(block.pc, symbols_));
}

void PerfMap::add(std::uint64_t address, std::uint64_t size, const std::string& name) {
    const std::string path = fmt::format("{}/perf-{}.map", folder_, ::getpid());
    if (begun_.insert(::getpid()).second) ::unlink(path.c_str());
    // Who cannot write there sees addresses without names in perf's report.
    static_cast<void>(append_file(path, fmt::format("{:x} {:x} {}\n", address, size, name)));
}

}  // namespace vm::native
