// A thread that starts another process, and what becomes of it in there.

#include <cerrno>
#include <functional>
#include <mutex>
#include <optional>
#include <sys/mman.h>
#include <utility>

#include <sched.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif

#include "vm/jit/fault_watch.h"
#include "vm/user/budget.h"
#include "vm/user/robust_list.h"
#include "vm/user/thread.h"

namespace vm::user {
namespace {

constexpr std::size_t kSp = 2, kTp = 4, kA0 = 10;

// For the host's side of a child that has the program's memory, vm's included: the parent's own stack would
// be overwritten. Below it nothing can be reached.
class ChildStack {
  public:
    ChildStack()
        : start_(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0)) {
        if (start_ != MAP_FAILED) {
            ::mprotect(start_, mem::kPageSize, PROT_NONE);
            // What the sanitizer notes of a stack outlives the child that had it here before.
#ifdef ASAN_UNPOISON_MEMORY_REGION
            ASAN_UNPOISON_MEMORY_REGION(start_, kSize);
#endif
        }
    }
    ~ChildStack() {
        if (start_ != MAP_FAILED) {
            ::munmap(start_, kSize);
        }
    }
    ChildStack(const ChildStack&) = delete;
    ChildStack& operator=(const ChildStack&) = delete;

    bool exists() const { return start_ != MAP_FAILED; }
    void* top() const { return static_cast<std::byte*>(start_) + kSize; }

  private:
    static constexpr std::size_t kSize = std::size_t{1} << 20;
    void* start_;
};

// What the child of a vfork changes of the thread in whose place it lives, memory apart, which it may: put
// back by take_back(). What clone(2) gives a child without CLONE_SIGHAND and CLONE_THREAD are copies, because
// the program's other threads use their own meanwhile; and it gets no threads, which would stand among them.
class Lent {
  public:
    Lent(guest::riscv::Hart& hart, Kernel& kernel)
        : hart_(hart),
          kernel_(kernel),
          x_(hart.x),
          f_(hart.f),
          pc_(hart.pc),
          fflags_(hart.csrs.fflags),
          frm_(hart.csrs.frm),
          signals_(kernel.signals),
          clear_child_tid_(kernel.clear_child_tid),
          robust_list_(kernel.robust_list),
          child_(kernel.child),
          start_thread_(std::exchange(kernel.start_thread, nullptr)),
          others_let_go_(kernel.others_let_go),
          actions_(kernel.actions),
          own_limits_(kernel.own_limits) {
        // The parent's memory is what the child leaves of it, which may be killed at any moment: as among
        // threads, the guest loses what it may do before the host's pages go, and no hole is made for a
        // moment where the host might put something of ours.
        if (not kernel.others_let_go) {
            kernel.others_let_go = [] {};
        }
        childs_actions_.copy(*actions_, [&] { dispositions_.emplace(kernel.host_signals); });
        kernel.actions = &childs_actions_;
        const std::lock_guard lock(kernel.process.limits);
        childs_limits_ = *own_limits_;
        kernel.own_limits = &childs_limits_;
    }

    void take_back() {
        hart_.x = x_;
        hart_.f = f_;
        hart_.pc = pc_;
        hart_.csrs.fflags = fflags_;
        hart_.csrs.frm = frm_;
        hart_.reservation = {};
        kernel_.signals = signals_;
        kernel_.clear_child_tid = clear_child_tid_;
        kernel_.robust_list = robust_list_;
        kernel_.child = child_;
        kernel_.start_thread = std::move(start_thread_);
        kernel_.others_let_go = std::move(others_let_go_);
        kernel_.actions = actions_;
        kernel_.own_limits = own_limits_;
        kernel_.thread_exit.reset();
        kernel_.outcome.reset();
        dispositions_.reset();
    }

  private:
    guest::riscv::Hart& hart_;
    Kernel& kernel_;
    std::array<std::uint64_t, 33> x_;
    std::array<std::uint64_t, 32> f_;
    std::uint64_t pc_;
    std::uint8_t fflags_;
    std::uint8_t frm_;
    SignalState signals_;
    std::uint64_t clear_child_tid_;
    std::uint64_t robust_list_;
    bool child_;
    std::function<SysValue(const NewThread&)> start_thread_;
    std::function<void()> others_let_go_;
    SignalActions* actions_;
    OwnLimits* own_limits_;
    SignalActions childs_actions_;
    OwnLimits childs_limits_{};
    std::optional<HostSignals::Lending> dispositions_;
};

}  // namespace

SysValue Thread::start_process(const NewThread& wanted, Kernel::Memory memory) {
    // The child is not to get what was sent to its parent.
    if (not host_signals_->hold()) {
        return kRestartAlways;
    }
    const SysValue result =
        memory == Kernel::Memory::lent ? lend_memory(wanted) : program_.fork(*this, wanted);
    host_signals_->set_mask(kernel_->signals.mask);
    return result;
}

// As the host's own vfork: the child is a process of the host that has this one's memory, and goes on in this
// thread's place, with its objects, until it executes a program or ends. Meanwhile this thread is suspended,
// and others run.
SysValue Thread::lend_memory(const NewThread& wanted) {
    const ChildStack stack;
    if (not stack.exists()) {
        return -ENOMEM;
    }
    struct Start {
        Thread& thread;
        const NewThread& wanted;
    } start{*this, wanted};
    const auto live = [](void* argument) -> int {
        auto& [thread, asked] = *static_cast<Start*>(argument);
        thread.live_as_child(asked);
    };
    Lent lent(hart_, *kernel_);
    const Debugged debugged = debugged_;
    const int child = ::clone(live, stack.top(), CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
    const int error = errno;
    lent.take_back();
    jit::FaultWatch::forget_others();
    interrupted_.reset();
    remember_debugger(debugged);
    member_.enter();  // the child may have been away at its end, or about to answer
    member_.poll();
    number_ = ::gettid();
    return child == -1 ? -error : child;
}

void Thread::begin_child(const NewThread& wanted) {
    disobey();  // the debugger's process is another one
    number_ = ::gettid();
    host_signals_->adopt();
    kernel_->child = true;
    kernel_->clear_child_tid = wanted.clear_child_tid;
    kernel_->robust_list = 0;
    if (wanted.child_tid != 0) {
        static_cast<void>(memory_.put<int>(wanted.child_tid, number_));
    }
    hart_.x[kSp] = wanted.stack != 0 ? wanted.stack : hart_.x[kSp];
    hart_.x[kTp] = wanted.tls.value_or(hart_.x[kTp]);
}

void Thread::become_child(const NewThread& wanted) {
    forget_others();
    begin_child(wanted);
}

// Signals that end it come to us first: the host would end it wherever it is, and locks that it holds of vm's
// are its parent's, too. Only SIGKILL still can.
void Thread::live_as_child(const NewThread& wanted) {
    begin_child(wanted);
    host_signals_->take_fatal([] { return true; });
    if (wanted.parent_tid != 0) {
        static_cast<void>(memory_.put<int>(wanted.parent_tid, number_));
    }
    hart_.x[kA0] = 0;
    hart_.pc += 4;
    ++hart_.csrs.instret;
    host_signals_->set_mask(kernel_->signals.mask);
    while (not kernel_->outcome and not kernel_->thread_exit) {
        if (not turn(*options_)) {
            ::_exit(kBudgetSpentCode);
        }
    }
    release_robust_list(*kernel_);
    if (kernel_->outcome and kernel_->outcome->kind == Outcome::Kind::killed) {
        die_of(kernel_->outcome->code);
    }
    ::_exit(kernel_->outcome ? kernel_->outcome->code : *kernel_->thread_exit);
}

}  // namespace vm::user
