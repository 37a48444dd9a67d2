#pragma once

#include <cstddef>

namespace vm::mem {

// Relaxed atomic access to one guest scalar. Guests race by design, the engine must not, hence atomics; on
// x86-64 a misaligned scalar inside one page is still a single instruction, which is why alignment is not
// demanded.
template <class T>
__attribute__((no_sanitize("alignment"), always_inline)) inline T host_load(const std::byte* from) {
    return __atomic_load_n(reinterpret_cast<const T*>(from), __ATOMIC_RELAXED);
}

template <class T>
__attribute__((no_sanitize("alignment"), always_inline)) inline void host_store(std::byte* to, T value) {
    __atomic_store_n(reinterpret_cast<T*>(to), value, __ATOMIC_RELAXED);
}

}  // namespace vm::mem
