#pragma once

#include <cstdint>

namespace vm {

// Two words that threads read and exchange as one, without locks and in one order that all agree on.
//
// An aligned load of 16 bytes is atomic on every x86-64 processor that has AVX, whatever instruction makes it
// (Intel SDM volume 3A, 9.1.1; AMD APM volume 2, 7.3.2); others compare and exchange to load.
class alignas(16) AtomicPair {
  public:
    struct Value {
        std::uint64_t first = 0;
        std::uint64_t second = 0;

        friend bool operator==(const Value&, const Value&) = default;
    };

    AtomicPair() = default;
    explicit AtomicPair(Value value) : value_(packed(value)) {}

    Value load() const;

    // Replaces `expected` by `desired` and answers true; where the pair is another one, tells which.
    bool compare_exchange(Value& expected, Value desired);

  private:
    __extension__ using Packed = unsigned __int128;  // first in the low half

    static Packed packed(Value value) { return Packed{value.second} << 64 | value.first; }
    static Value value_of(Packed packed) {
        return {static_cast<std::uint64_t>(packed), static_cast<std::uint64_t>(packed >> 64)};
    }

    Packed value_ = 0;
};

// The thread sanitizer knows the compiler's own operations only.
#if defined(__x86_64__) and not defined(__SANITIZE_THREAD__)

namespace detail {
inline const bool kLoadsPairsAtOnce = __builtin_cpu_supports("avx") != 0;
}

inline bool AtomicPair::compare_exchange(Value& expected, Value desired) {
    bool exchanged = false;
    asm volatile("lock cmpxchg16b %[pair]"
                 : [pair] "+m"(value_), "+a"(expected.first), "+d"(expected.second), "=@ccz"(exchanged)
                 : "b"(desired.first), "c"(desired.second)
                 : "memory");
    return exchanged;
}

inline AtomicPair::Value AtomicPair::load() const {
    if (detail::kLoadsPairsAtOnce) [[likely]] {
        using Wide [[gnu::vector_size(16)]] = long long;
        Wide both;
        asm volatile("movdqa %[pair], %[both]" : [both] "=x"(both) : [pair] "m"(value_) : "memory");
        return {static_cast<std::uint64_t>(both[0]), static_cast<std::uint64_t>(both[1])};
    }
    Value value;
    const_cast<AtomicPair*>(this)->compare_exchange(value, value);  // NOLINT(*-const-cast)
    return value;
}

#else

inline bool AtomicPair::compare_exchange(Value& expected, Value desired) {
    Packed found = packed(expected);
    const bool exchanged = __atomic_compare_exchange_n(&value_, &found, packed(desired), false,
                                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    expected = value_of(found);
    return exchanged;
}

inline AtomicPair::Value AtomicPair::load() const {
    return value_of(__atomic_load_n(&value_, __ATOMIC_SEQ_CST));
}

#endif

}  // namespace vm
