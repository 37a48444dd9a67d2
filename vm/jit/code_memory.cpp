#include "vm/jit/code_memory.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>

#include "vm/base/bits.h"

namespace vm::jit {

// What the second mapping costs could not be told from noise: 8 MiB of hot code took 2.50 s, and 2.48 s in
// one mapping that may be written where it runs (medians of four runs each, in turns). No file: its
// descriptor would be one of the guest's for a moment, and its size subject to the guest's limits.
Result<CodeMemory> CodeMemory::create(std::size_t size) {
    const auto failed = [&](const char* what) {
        return fail("cannot {} {} bytes of memory for compiled code: {}", what, size, std::strerror(errno));
    };
    CodeMemory memory;
    memory.size_ = size;
    void* const writable =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (writable == MAP_FAILED) {
        return failed("get");
    }
    memory.writable_ = static_cast<std::byte*>(writable);
    // From a length of 0 it makes a second mapping of the same pages. (mremap(2))
    void* const executable = ::mremap(writable, 0, size, MREMAP_MAYMOVE);
    if (executable == MAP_FAILED) {
        return failed("map");
    }
    memory.executable_ = static_cast<const std::byte*>(executable);
    if (::mprotect(executable, size, PROT_READ | PROT_EXEC) != 0) {
        return failed("run from");
    }
    return memory;
}

CodeMemory::~CodeMemory() {
    if (writable_ != nullptr) {
        ::munmap(writable_, size_);
    }
    if (executable_ != nullptr) {
        ::munmap(const_cast<std::byte*>(executable_), size_);
    }
}

}  // namespace vm::jit
