#include <sys/syscall.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/user/reserved_signal.h"

namespace vm::user {
namespace {

constexpr int kReserved = 33;

// What the handler saw: it has no argument to leave it in.
volatile sig_atomic_t seen = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void send_to_itself() { ::syscall(SYS_tgkill, ::getpid(), ::gettid(), kReserved); }

TEST(ReservedSignal, IsHandledAndTheProgramGoesOn) {
    handle_reserved_signal(kReserved, [](int signal, siginfo_t*, void*) { seen = signal; });
    send_to_itself();
    EXPECT_EQ(seen, kReserved);
    set_reserved_signal(kReserved, SIG_IGN);
    seen = 0;
    send_to_itself();
    EXPECT_EQ(seen, 0);
    set_reserved_signal(kReserved, SIG_DFL);
}

}  // namespace
}  // namespace vm::user
