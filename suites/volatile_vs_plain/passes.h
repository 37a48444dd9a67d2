#pragma once

#include <cstddef>
#include <span>

#include "vm/mem/host_access.h"

namespace suites::volatile_vs_plain {

// How an element is touched. Each is a pair of functions so that the loops below are the same text for all.
struct Plain {
    template <class T>
    static T load(const T& element) {
        return element;
    }
    template <class T>
    static void store(T& element, T value) {
        element = value;
    }
};

struct Volatile {
    template <class T>
    static T load(const T& element) {
        return *const_cast<const volatile T*>(&element);
    }
    template <class T>
    static void store(T& element, T value) {
        *const_cast<volatile T*>(&element) = value;
    }
};

// What GuestRam does for each guest load and store.
struct Atomic {
    template <class T>
    static T load(const T& element) {
        return vm::mem::host_load<T>(reinterpret_cast<const std::byte*>(&element));
    }
    template <class T>
    static void store(T& element, T value) {
        vm::mem::host_store<T>(reinterpret_cast<std::byte*>(&element), value);
    }
};

// One pass over the elements. Not inlined, so that each is compiled for its own sake.
template <class Way, class T>
[[gnu::noinline]] T sum(std::span<const T> elements) {
    T total = 0;
    for (const T& element : elements) {
        total = static_cast<T>(total + Way::load(element));
    }
    return total;
}

template <class Way, class T>
[[gnu::noinline]] void fill(std::span<T> elements, T value) {
    for (T& element : elements) {
        Way::store(element, value);
    }
}

template <class Way, class T>
[[gnu::noinline]] void add(std::span<T> elements, T value) {
    for (T& element : elements) {
        Way::store(element, static_cast<T>(Way::load(element) + value));
    }
}

}  // namespace suites::volatile_vs_plain
