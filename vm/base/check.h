#pragma once

namespace vm {

// Prints where our own invariant broke and aborts. Never reached by guest or user input.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace vm

#define VM_CHECK(condition)                                    \
    (__builtin_expect(!!(condition), 1) ? static_cast<void>(0) \
                                        : ::vm::check_failed(#condition, __FILE__, __LINE__))
