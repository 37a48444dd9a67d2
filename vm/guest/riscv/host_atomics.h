#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "vm/base/bits.h"
#include "vm/guest/riscv/semantics/atomic.h"

// The A extension on memory of the host: types are s32 and u64, addresses are aligned, values of words are
// sign-extended. (Unpriv. 14)
namespace vm::guest::riscv::host_atomics {

inline unsigned size(semantics::MemType type) { return type == semantics::MemType::s32 ? 4 : 8; }

inline std::uint64_t load(const std::byte* from, semantics::MemType type) {
    return type == semantics::MemType::s32
               ? sext32(__atomic_load_n(reinterpret_cast<const std::uint32_t*>(from), __ATOMIC_SEQ_CST))
               : __atomic_load_n(reinterpret_cast<const std::uint64_t*>(from), __ATOMIC_SEQ_CST);
}

// Stores where the old value is still there, and says whether it did.
inline bool store_if(std::byte* to, semantics::MemType type, std::uint64_t old, std::uint64_t value) {
    const auto store = [&]<class T>(T expected, T desired) {
        return __atomic_compare_exchange_n(reinterpret_cast<T*>(to), &expected, desired, false,
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    };
    return type == semantics::MemType::s32
               ? store(static_cast<std::uint32_t>(old), static_cast<std::uint32_t>(value))
               : store(old, value);
}

template <class T>
T combine(semantics::Amo amo, T old, T value) {
    using Signed = std::make_signed_t<T>;
    const bool less = static_cast<Signed>(old) < static_cast<Signed>(value);
    switch (amo) {
        case semantics::Amo::swap:
            return value;
        case semantics::Amo::add:
            return old + value;
        case semantics::Amo::xor_:
            return old ^ value;
        case semantics::Amo::and_:
            return old & value;
        case semantics::Amo::or_:
            return old | value;
        case semantics::Amo::min:
            return less ? old : value;
        case semantics::Amo::max:
            return less ? value : old;
        case semantics::Amo::minu:
            return std::min(old, value);
        case semantics::Amo::maxu:
            break;
    }
    return std::max(old, value);
}

template <class T>
T update(semantics::Amo amo, std::byte* at, T value) {
    T* const to = reinterpret_cast<T*>(at);
    T old = __atomic_load_n(to, __ATOMIC_RELAXED);
    while (not __atomic_compare_exchange_n(to, &old, combine(amo, old, value), true, __ATOMIC_SEQ_CST,
                                           __ATOMIC_RELAXED)) {
    }
    return old;
}

// Returns the old value.
inline std::uint64_t update(semantics::Amo amo, std::byte* at, semantics::MemType type, std::uint64_t value) {
    return type == semantics::MemType::s32 ? sext32(update(amo, at, static_cast<std::uint32_t>(value)))
                                           : update(amo, at, value);
}

}  // namespace vm::guest::riscv::host_atomics
