#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "vm/base/elf_file.h"
#include "vm/base/result.h"
#include "vm/engine/exit.h"
#include "vm/guest/riscv/hart.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/system_memory.h"
#include "vm/machine/memory_map.h"
#include "vm/mem/guest_ram.h"
#include "vm/mem/mmio_bus.h"
#include "vm/native/native.h"

namespace vm::machine {

struct BareOptions {
    std::uint64_t memory = kDefaultMemory;  // bytes of RAM, whole pages
    // Ticks of the time CSR.
    std::function<std::uint64_t()> clock;
    std::optional<native::Options> native{};  // hot code is compiled
};

// How a run of a bare machine ended.
enum class BareEnd : std::uint8_t {
    exited,             // the program wrote its exit code to tohost
    instruction_limit,  // as many instructions as allowed have retired
    stuck,              // nothing the guest can do any more, or a request nobody here serves; see message
};

struct BareOutcome {
    BareEnd end;
    std::uint64_t exit_code = 0;  // of exited
    std::string message;          // of stuck: one line
};

// One hart in machine mode and RAM, nothing else: runs a program linked for physical addresses until it
// writes its `tohost` symbol. Traps enter the program's own handler.
class BareMachine {
  public:
    // `name` is what messages call the file.
    static Result<std::unique_ptr<BareMachine>> create(const ElfFile& file, std::string_view name,
                                                       const BareOptions& options);
    BareMachine(const BareMachine&) = delete;
    BareMachine& operator=(const BareMachine&) = delete;

    // Runs until the program ends, or exactly `max_instructions` more instructions have retired. What the
    // program wrote to tohost is noticed within 4096 instructions.
    BareOutcome run(std::uint64_t max_instructions);

    // As run, one instruction at a time, giving `print` a line for each instruction and each trap.
    BareOutcome run_traced(std::uint64_t max_instructions,
                           const std::function<void(std::string_view)>& print);

    std::uint64_t instructions() const { return hart_.csrs.instret; }
    jit::Counts compiler_counts() const {
        jit::Counts counts;
        return native_ != nullptr ? (counts = native_->counts()) += native_->cache().counts() : counts;
    }
    const guest::riscv::Hart& hart() const { return hart_; }
    guest::riscv::Hart& hart() { return hart_; }

  private:
    BareMachine(mem::GuestRam ram, const BareOptions& options);

    Result<void> compile_hot_code(const native::Options& options);
    Result<void> watch_tohost(const ElfFile& file, std::string_view name);
    // Runs at most `budget` instructions and follows what ended them; an outcome when that was the end.
    std::optional<BareOutcome> advance(std::uint64_t budget);
    std::optional<BareOutcome> take_trap(const engine::Trap& trap);
    std::optional<BareOutcome> served_request();
    std::uint32_t instruction_at(std::uint64_t pc) const;

    // The last trap taken, to see a handler that traps at once, for ever.
    struct TrapEntry {
        engine::Trap trap;
        std::uint64_t pc;
        std::uint64_t instret;
        friend bool operator==(const TrapEntry&, const TrapEntry&) = default;
    };

    mem::GuestRam ram_;
    mem::MmioBus bus_;  // without devices
    guest::riscv::Hart hart_;
    guest::riscv::SystemMemory memory_;
    guest::riscv::Interpreter<guest::riscv::SystemMemory> interpreter_;
    std::unique_ptr<jit::Tier> native_;
    std::unique_ptr<engine::NativeTier> auditor_;  // of the native tier
    std::optional<mem::PhysAddr> tohost_;
    bool tohost_written_ = false;
    std::optional<TrapEntry> last_trap_;
    std::uint64_t traps_ = 0;
};

}  // namespace vm::machine
