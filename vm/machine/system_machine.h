#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vm/base/result.h"
#include "vm/debug/thread_control.h"
#include "vm/engine/handshake.h"
#include "vm/machine/board.h"
#include "vm/machine/boot_image.h"
#include "vm/machine/boot_plan.h"
#include "vm/machine/device_tree.h"
#include "vm/machine/hart_unit.h"
#include "vm/machine/memory_map.h"
#include "vm/machine/sbi.h"
#include "vm/machine/sbi_host.h"
#include "vm/mem/guest_ram.h"
#include "vm/native/native.h"

namespace vm::machine {

// Where a machine's time and randomness come from, and where its console goes. Called from any hart's thread.
struct Surroundings {
    std::function<std::uint64_t()> ticks;       // of the timebase, since the machine began
    std::function<std::uint64_t()> wall_clock;  // nanoseconds since 1970
    std::function<void(std::span<std::byte>)> random;
    std::function<void(std::span<const std::byte>)> transmit;
    std::function<void()> room;  // the console takes input again
};

// A kernel, firmware or both.
struct SystemOptions {
    unsigned harts = 1;  // at most kMaxHarts
    std::uint64_t memory = kDefaultMemory;
    std::optional<BootImage> kernel;
    std::optional<BootImage> firmware;  // without it the built-in SBI serves the kernel
    std::vector<std::byte> initrd;
    std::string bootargs;
    // A tree given by the user, checked, instead of the board's own.
    std::optional<std::vector<std::byte>> device_tree;
    std::string device_tree_name;
    std::string console_size{};               // see Chosen
    std::optional<native::Options> native{};  // hot code is compiled
};

// How a run ended.
enum class SystemEnd : std::uint8_t {
    powered_off,
    reset,              // the guest asked to begin anew
    failed,             // the guest says so; see code
    instruction_limit,  // as many instructions as allowed have retired
    interrupted,        // stop() was called
    stuck,              // nothing the guest can do any more, or the host; see message
};

struct SystemOutcome {
    SystemEnd end;
    std::uint64_t code = 0;
    std::string message;  // of stuck: one line
};

// A whole computer: harts, each with a thread, RAM and the board's devices, and the firmware interface where
// no firmware is given.
class SystemMachine final : private SbiHost {
  public:
    static Result<std::unique_ptr<SystemMachine>> create(const SystemOptions& options,
                                                         const Surroundings& surroundings);
    ~SystemMachine() override;
    SystemMachine(const SystemMachine&) = delete;
    SystemMachine& operator=(const SystemMachine&) = delete;

    // Runs until the guest ends, stop() was called, or hart 0 has retired `max_instructions` more
    // instructions. Hart 0 runs in the caller's thread.
    SystemOutcome run(std::uint64_t max_instructions);
    // From any thread.
    void stop() { finish({SystemEnd::interrupted, 0, {}}); }
    // Bytes for the console; how many of the first were taken. From any thread.
    std::size_t receive(std::span<const std::byte> bytes) { return board_.receive(bytes); }

    // Of all harts, while none runs.
    std::uint64_t instructions() const;
    jit::Counts compiler_counts() const;

    // Before it runs: a debugger may hold the harts, and look at them while they stand.
    void obey(debug::ThreadControl& control);
    unsigned harts() const { return static_cast<unsigned>(harts_.size()); }
    HartUnit& hart(unsigned number) { return *harts_[number]; }
    mem::GuestRam& ram() { return ram_; }
    // Has all harts look whether there is something to do besides guest code. From any thread.
    void look_again();

    const std::vector<std::byte>& device_tree() const { return device_tree_; }

  private:
    SystemMachine(mem::GuestRam ram, unsigned harts, const Surroundings& surroundings);

    BoardWiring wiring();
    HartUnit::Machine services();
    Result<void> compile_hot_code(const native::Options& options);
    Result<void> boot(const SystemOptions& options);
    Result<void> load(const SystemOptions& options, const BootPlan& plan);
    void enter_firmware(const BootPlan& plan);
    void enter_kernel(const BootPlan& plan);
    Result<std::vector<std::byte>> make_device_tree(const SystemOptions& options,
                                                    const std::optional<Initrd>& initrd) const;
    void serve(HartUnit& caller);
    std::uint64_t time_left(unsigned hart, std::optional<std::uint64_t> deadline);
    void finish(SystemOutcome outcome);
    void end_when_all_stopped();
    bool ended() const { return ended_.load(std::memory_order_acquire); }

    // SbiHost
    void set_timer(unsigned hart, std::uint64_t time) override;
    void send_ipi(HartMask harts) override;
    void remote_fence(unsigned hart, HartMask harts, const RemoteFence& fence) override;
    SbiError hart_start(unsigned hart, const HartEntry& entry) override;
    SbiError hart_stop(unsigned hart) override;
    SbiError hart_suspend(unsigned hart, HartSuspend kind, const HartEntry& entry) override;
    HartStatus hart_status(unsigned hart) override;
    SbiError system_reset(ResetType type, ResetReason reason) override;
    std::size_t console_write(std::span<const std::byte> bytes) override;
    std::size_t console_read(std::span<std::byte> bytes) override;
    void start_counter(unsigned hart, HardwareCounter counter) override;
    void stop_counter(unsigned hart, HardwareCounter counter) override;
    void write_counter(unsigned hart, HardwareCounter counter, std::uint64_t value) override;

    mem::GuestRam ram_;
    Surroundings surroundings_;
    engine::Handshake handshake_;
    debug::ThreadControl* control_ = nullptr;  // of a debugger, where there is one
    // Made after the board, which calls them.
    std::shared_ptr<jit::CodeCache> code_;  // what is compiled for the harts
    std::vector<std::unique_ptr<HartUnit>> harts_;
    Board board_;
    std::unique_ptr<Sbi> sbi_;
    std::vector<std::byte> device_tree_;

    std::mutex mutex_;
    std::optional<SystemOutcome> outcome_;  // guarded
    std::atomic<bool> ended_ = false;
};

}  // namespace vm::machine
