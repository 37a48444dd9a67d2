#pragma once

#include <signal.h>

namespace vm::user {

// glibc keeps the signals 32 (thread cancellation) and 33 for itself, and its sigaction() refuses them. vm
// uses neither feature, and guests have a glibc of their own that wants the first; these set dispositions
// past it.
void handle_reserved_signal(int signal, void (*handler)(int, siginfo_t*, void*));
void set_reserved_signal(int signal, void (*disposition)(int));  // SIG_DFL or SIG_IGN

}  // namespace vm::user
