#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <sys/mman.h>
#include <type_traits>

namespace vm {

// When the host gives the pages of a piece of memory.
enum class PagesGiven {
    when_touched,  // each with a fault of its own
    at_once        // for what is soon written from end to end: less than half of the time of its faults
};

struct UnmapPages {
    std::size_t bytes = 0;
    void operator()(void* memory) const { ::munmap(memory, bytes); }
};

// `count` objects whose bytes are zero at first, which must be a state of theirs, in pages of their own.
// Throws std::bad_alloc.
template <class T>
std::unique_ptr<T[], UnmapPages> map_pages(std::size_t count, PagesGiven given) {
    static_assert(std::is_trivially_copyable_v<T> and std::is_trivially_destructible_v<T>);
    const std::size_t bytes = count * sizeof(T);
    const int populate = given == PagesGiven::at_once ? MAP_POPULATE : 0;
    void* const memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);
    if (memory == MAP_FAILED) {
        throw std::bad_alloc();
    }
    return {static_cast<T*>(memory), UnmapPages{bytes}};
}

}  // namespace vm
