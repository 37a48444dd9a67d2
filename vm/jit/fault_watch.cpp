#include "vm/jit/fault_watch.h"

#include <csignal>
#include <cstring>
#include <mutex>

#include <ucontext.h>

#include "vm/base/check.h"
#include "vm/jit/host_registers.h"

namespace vm::jit {
namespace {

// A signal handler has no other way to find its object, nor what was there before it.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
thread_local FaultWatch* current = nullptr;
struct sigaction before_segv;
struct sigaction before_bus;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

// By the numbers that instructions use.
constexpr int kContextRegisters[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                     REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

void pass_on(const struct sigaction& before, int number, siginfo_t* info, void* context) {
    if ((before.sa_flags & SA_SIGINFO) != 0) {
        return before.sa_sigaction(number, info, context);
    }
    if (before.sa_handler != SIG_DFL and before.sa_handler != SIG_IGN) {
        return before.sa_handler(number);
    }
    // The access is repeated and ends the process, as it would have.
    ::signal(number, SIG_DFL);
}

void handle(int number, siginfo_t* info, void* context) {
    if (not FaultWatch::answer(context, reinterpret_cast<std::uint64_t>(info->si_addr))) {
        pass_on(number == SIGSEGV ? before_segv : before_bus, number, info, context);
    }
}

}  // namespace

void FaultWatch::install_handler() {
    static std::once_flag installed;
    std::call_once(installed, [] {
        struct sigaction action {};
        action.sa_sigaction = handle;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        VM_CHECK(::sigaction(SIGSEGV, &action, &before_segv) == 0);
        VM_CHECK(::sigaction(SIGBUS, &action, &before_bus) == 0);
    });
    // A fault that is blocked ends the process, handled or not. What is blocked is inherited.
    sigset_t faults{};
    ::sigemptyset(&faults);
    ::sigaddset(&faults, SIGSEGV);
    ::sigaddset(&faults, SIGBUS);
    VM_CHECK(::pthread_sigmask(SIG_UNBLOCK, &faults, nullptr) == 0);
}

FaultWatch::FaultWatch(const void* code, std::uint64_t size, Answer answers, void* owner)
    : code_(reinterpret_cast<std::uint64_t>(code)),
      size_(size),
      answer_(answers),
      owner_(owner),
      outer_(current) {
    current = this;
}

FaultWatch::~FaultWatch() { current = outer_; }

void FaultWatch::forget_others() { current = nullptr; }

bool FaultWatch::answer(void* context, std::uint64_t address) {
    auto& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
    const auto host_pc = static_cast<std::uint64_t>(machine.gregs[REG_RIP]);
    if (current == nullptr or host_pc - current->code_ >= current->size_) {
        return false;
    }
    auto& frame = *reinterpret_cast<NativeFrame*>(machine.gregs[REG_RSP]);
    for (std::size_t number = 0; number < frame.saved.general.size(); ++number) {
        frame.saved.general[number] = static_cast<std::uint64_t>(machine.gregs[kContextRegisters[number]]);
        std::memcpy(&frame.saved.vector[number], &machine.fpregs->_xmm[number], 8);
    }
    const std::uint64_t next = current->answer_(current->owner_, frame, host_pc, address);
    if (next == 0) {
        return false;
    }
    machine.gregs[REG_RIP] = static_cast<greg_t>(next);
    return true;
}

}  // namespace vm::jit
