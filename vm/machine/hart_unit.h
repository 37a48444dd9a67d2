#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "vm/base/result.h"
#include "vm/debug/thread_control.h"
#include "vm/engine/exit.h"
#include "vm/engine/handshake.h"
#include "vm/engine/trap.h"
#include "vm/guest/riscv/hart.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/system_memory.h"
#include "vm/guest/riscv/watchpoints.h"
#include "vm/machine/sbi_host.h"
#include "vm/mem/guest_ram.h"
#include "vm/mem/mmio_bus.h"
#include "vm/native/native.h"

namespace vm::machine {

// Harts are a debugger's threads.
constexpr debug::ThreadId thread_of(unsigned hart) { return debug::ThreadId{hart + 1}; }
constexpr unsigned hart_of(debug::ThreadId thread) { return raw(thread) - 1; }

// One hart of a machine: its state, its engine, and what its thread does. Starting and stopping go by HSM's
// states (SBI 2.0, 9).
class HartUnit {
  public:
    // What the machine does for its harts; called from their threads.
    struct Machine {
        std::function<std::uint64_t()> time;           // ticks of the time CSR
        std::function<void(unsigned hart)> keep_time;  // raises timer lines that are due
        // Nanoseconds until there is something for keep_time, or `deadline` comes: an hour at most. What is
        // due already does not count.
        std::function<std::uint64_t(unsigned hart, std::optional<std::uint64_t> deadline)> time_left;
        std::function<bool()> ended;                     // somebody ended the machine
        std::function<void(std::string message)> stuck;  // ends it: this hart goes nowhere
        std::function<void()> look_again{};              // has all harts do so; for debuggers
        std::function<void()> stopped{};                 // this hart has stopped; for who runs them all
        // Serves an environment call of S, where the machine is its own firmware. Empty: the guest's is.
        std::function<void(HartUnit&)> environment_call;
    };

    HartUnit(unsigned number, mem::GuestRam& ram, const mem::MmioBus& bus, engine::Handshake& handshake,
             Machine machine);
    HartUnit(const HartUnit&) = delete;
    HartUnit& operator=(const HartUnit&) = delete;

    // The thread's work, until the machine ended or `budget` more instructions have retired, which it
    // answers.
    bool run(std::uint64_t budget);

    unsigned number() const { return number_; }
    guest::riscv::Hart& hart() { return hart_; }
    const guest::riscv::Hart& hart() const { return hart_; }

    // From any thread.
    void raise(guest::riscv::Interrupt interrupt, bool raised);
    void look_again();
    HartStatus status() const { return status_.load(std::memory_order_acquire); }
    // From any thread: a stopped hart begins in S mode there. False: it is not stopped.
    bool start(const HartEntry& entry);

    // By its own environment call, what follows when that is over.
    void stop() { status_.store(HartStatus::stop_pending, std::memory_order_release); }
    void suspend(HartSuspend kind, const HartEntry& entry);

    // Carries out a fence on the others that `harts` names.
    void fence_others(engine::Handshake& handshake, HartMask harts, const RemoteFence& fence);
    void fence(const RemoteFence& fence);

    // Before the hart runs: a debugger may hold it, and stops it where it wants to look.
    void obey(debug::ThreadControl& control);
    // Before the hart runs: hot code is compiled, as long as no debugger comes.
    void compile_hot_code(std::shared_ptr<jit::CodeCache> code, const native::Options& options);
    // Without those of the code that harts share.
    jit::Counts compiler_counts() const { return native_ ? native_->counts() : jit::Counts{}; }
    // Before the hart runs: pages of code are told to the others, too.
    void share_code(engine::Handshake& handshake);
    // Makes the machine the hart's firmware: it is stopped, and left to its kernel by start(). `serve`
    // answers environment calls of S.
    void prepare_supervisor(std::function<void(HartUnit&)> serve);

  private:
    // The handshake's view of the hart.
    class Member final : public engine::Handshake::Member {
      public:
        Member(engine::Handshake& handshake, HartUnit& unit)
            : engine::Handshake::Member(handshake, [&unit] { unit.called(); }), unit_(unit) {}
        HartUnit& unit() { return unit_; }

      private:
        HartUnit& unit_;
    };
    // The last trap taken, to see a handler that traps at once, for ever.
    struct TrapEntry {
        engine::Trap trap;
        std::uint64_t pc;
        std::uint64_t instret;
        friend bool operator==(const TrapEntry&, const TrapEntry&) = default;
    };

    static HartUnit& unit_of(engine::Handshake::Member& member) {
        return static_cast<Member&>(member).unit();
    }

    bool spend(std::uint64_t budget);
    void called();
    void advance(std::uint64_t budget);
    void follow_trap(const engine::Trap& trap);
    void take_trap(const engine::Trap& trap);
    void follow_status();
    // For a debugger, in hart_unit_debug.cpp.
    bool held() const { return place_ != nullptr and place_->calls(); }
    void stand();
    void follow_breakpoints();
    void step();
    bool stops(const engine::Exit& exit);
    bool stops_at_ebreak(const engine::Trap& trap);
    void make_watched_access(const guest::riscv::WatchHit& hit);
    bool tell(const debug::Stop& stop);
    void step_done();
    void begin(const HartEntry& entry);
    template <class Condition>
    void sleep_until(Condition condition);

    unsigned number_;
    Machine machine_;
    guest::riscv::Hart hart_;
    guest::riscv::SystemMemory memory_;
    guest::riscv::Interpreter<guest::riscv::SystemMemory> interpreter_;
    std::unique_ptr<jit::Tier> native_;
    std::unique_ptr<engine::NativeTier> auditor_;  // of the native tier
    Member member_;
    std::atomic<bool> called_ = false;
    std::atomic<HartStatus> status_ = HartStatus::started;
    std::optional<TrapEntry> last_trap_;
    std::optional<HartEntry> resume_;  // of a suspension that forgets registers

    debug::ThreadControl* control_ = nullptr;  // of a debugger, where there is one
    debug::ThreadControl::Place* place_ = nullptr;
    bool stepping_ = false;
    std::uint64_t breakpoints_version_ = 0;
    // The ebreak that the debugger was shown: going on from there it is the guest's own.
    std::optional<std::uint64_t> shown_ebreak_;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool look_ = false;               // guarded: something may have ended a wait
    std::optional<HartEntry> start_;  // guarded
};

}  // namespace vm::machine
