#include "vm/cli/run_system.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <sys/random.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "vm/base/elf_file.h"
#include "vm/cli/command.h"
#include "vm/cli/console.h"
#include "vm/cli/messages.h"
#include "vm/cli/raw_terminal.h"
#include "vm/cli/run_statistics.h"
#include "vm/cli/serial.h"
#include "vm/machine/boot_file.h"
#include "vm/machine/device_tree.h"
#include "vm/machine/htif.h"
#include "vm/machine/machine_debugger.h"
#include "vm/machine/system_machine.h"

namespace vm::cli {
namespace {

using Clock = std::chrono::steady_clock;
using machine::MachineDebugger;
using machine::SystemEnd;
using machine::SystemMachine;
using machine::SystemOutcome;

std::uint64_t ticks_since(Clock::time_point start) {
    return static_cast<std::uint64_t>((Clock::now() - start) / std::chrono::nanoseconds(100));
}

std::uint64_t wall_clock() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(since).count());
}

void fill_randomly(std::span<std::byte> bytes) {
    while (not bytes.empty()) {
        const ssize_t count = ::getrandom(bytes.data(), std::min<std::size_t>(bytes.size(), 256), 0);
        if (count > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }
}

Result<machine::SystemOptions> read_files(const SystemRun& options) {
    machine::SystemOptions system{.harts = options.harts,
                                  .memory = options.memory,
                                  .kernel = {},
                                  .firmware = {},
                                  .initrd = {},
                                  .bootargs = options.append,
                                  .device_tree = {},
                                  .device_tree_name = options.dtb,
                                  .native = options.native};
    if (not options.kernel.empty()) {
        auto kernel = machine::read_kernel(options.kernel);
        if (not kernel) {
            return tl::unexpected(kernel.error());
        }
        system.kernel = std::move(*kernel);
    }
    if (not options.bios.empty()) {
        auto firmware = machine::read_firmware(options.bios);
        if (not firmware) {
            return tl::unexpected(firmware.error());
        }
        system.firmware = std::move(*firmware);
    }
    if (not options.initrd.empty()) {
        auto initrd = machine::read_boot_file("initrd", options.initrd, machine::kMaxBootFile);
        if (not initrd) {
            return tl::unexpected(initrd.error());
        }
        system.initrd = std::move(*initrd);
    }
    if (not options.dtb.empty()) {
        auto tree = machine::read_boot_file("device tree", options.dtb, machine::kMaxDeviceTree);
        if (not tree) {
            return tl::unexpected(tree.error());
        }
        system.device_tree = std::move(*tree);
    }
    return system;
}

Result<void> dump(const std::vector<std::byte>& tree, const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), &std::fclose);
    if (file == nullptr or std::fwrite(tree.data(), 1, tree.size(), file.get()) != tree.size() or
        std::fflush(file.get()) != 0) {
        return fail("cannot write '{}': {}", path, std::strerror(errno));
    }
    return {};
}

int exit_code(const SystemOutcome& outcome, const SystemRun& options) {
    switch (outcome.end) {
        case SystemEnd::powered_off:
        case SystemEnd::interrupted:
        case SystemEnd::reset:
            return 0;
        case SystemEnd::failed:
            return std::max(1, machine::process_exit_code(outcome.code));  // whatever code the guest gave
        case SystemEnd::instruction_limit:
            say(fmt::format("stopped after {} instructions (--max-instructions)", options.max_instructions));
            return kInstructionLimit;
        case SystemEnd::stuck:
            break;
    }
    say(outcome.message);
    return kStuck;
}

// One life of the machine, from power on to its end.
struct Life {
    SystemOutcome outcome;
    std::uint64_t instructions = 0;
    native::Counts compilers{};
    std::uint64_t limited = 0;  // those of hart 0, which --max-instructions counts
};

// The first machine waits for a client before it runs.
Result<void> begin_debugging(MachineDebugger& debugger, SystemMachine& machine, std::uint16_t port) {
    debugger.begin(machine);
    if (debugger.listening()) {
        return {};
    }
    if (auto listening = debugger.listen(port); not listening) {
        debugger.end();
        return listening;
    }
    say(fmt::format("waiting for a debugger on 127.0.0.1:{}", debugger.port()));
    return {};
}

// What all lives of the machine have in common.
struct Lives {
    const machine::SystemOptions& system;
    const SystemRun& options;
    const Serial& serial;
    Console::Source source;
    MachineDebugger* debugger;         // nullptr for none
    std::atomic<bool> stopped{false};  // a person or a signal ended the machine: no other life follows
};

Result<Life> live(Lives& lives, std::uint64_t max_instructions) {
    const Clock::time_point start = Clock::now();
    std::unique_ptr<Console> console;
    const machine::Surroundings surroundings{
        .ticks = [start] { return ticks_since(start); },
        .wall_clock = wall_clock,
        .random = fill_randomly,
        .transmit = [&lives](std::span<const std::byte> bytes) { lives.serial.transmit(bytes); },
        .room = [&console] { console->room(); }};
    auto made = SystemMachine::create(lives.system, surroundings);
    if (not made) {
        return tl::unexpected(made.error());
    }
    SystemMachine& machine = **made;
    const auto stop = [&lives, &machine] {
        lives.stopped = true;
        lives.serial.abandon();  // or a hart would wait for whoever takes its output
        machine.stop();
    };
    auto created = Console::create(
        lives.serial.input(), lives.source,
        {[&machine](std::span<const std::byte> bytes) { return machine.receive(bytes); }, stop});
    if (not created) {
        return tl::unexpected(created.error());
    }
    console = std::move(*created);
    if (lives.debugger != nullptr) {
        if (auto begun = begin_debugging(*lives.debugger, machine, lives.options.gdb.value_or(0));
            not begun) {
            return tl::unexpected(begun.error());
        }
    }
    console->begin();
    SystemOutcome outcome = machine.run(max_instructions);
    if (lives.debugger != nullptr) {
        lives.debugger->end();
    }
    console.reset();
    return Life{std::move(outcome), machine.instructions(), machine.compiler_counts(),
                machine.hart(0).hart().csrs.instret};
}

Result<void> dump_device_tree(const machine::SystemOptions& system, const std::string& path) {
    const auto machine = SystemMachine::create(
        system, {[] { return std::uint64_t{0}; }, wall_clock, fill_randomly, [](auto) {}, [] {}});
    if (not machine) {
        return tl::unexpected(machine.error());
    }
    return dump((*machine)->device_tree(), path);
}

// Of what is an ELF file.
void add_symbols(native::Observation& observation, const SystemRun& options) {
    for (const std::string& path : {options.kernel, options.bios}) {
        if (const auto file = ElfFile::open(path)) {
            observation.symbols().add(*file, 0);
        }
    }
}

}  // namespace

Result<int> run_system(const SystemRun& options) {
    auto system = read_files(options);
    if (not system) {
        return tl::unexpected(system.error());
    }
    if (not options.dump_dtb.empty()) {
        const auto done = dump_device_tree(*system, options.dump_dtb);
        return done ? Result<int>(0) : tl::unexpected(done.error());
    }
    const auto serial = Serial::open(options.serial);
    if (not serial) {
        return tl::unexpected(serial.error());
    }
    if (options.observation != nullptr) {
        add_symbols(*options.observation, options);
    }
    Console::hold_signals();
    const RawTerminal terminal(serial->input());
    system->console_size = terminal.size();
    const Clock::time_point start = Clock::now();
    const auto debugger = options.gdb ? std::make_unique<MachineDebugger>(options.harts) : nullptr;
    Lives lives{*system, options, *serial,
                terminal.is_terminal() ? Console::Source::person : Console::Source::file, debugger.get()};
    std::uint64_t instructions = 0;
    native::Counts compilers;
    std::uint64_t left = options.max_instructions;
    while (true) {
        const auto life = live(lives, left);
        if (not life) {
            return tl::unexpected(life.error());
        }
        instructions += life->instructions;
        compilers += life->compilers;
        left -= std::min(left, life->limited);
        if (life->outcome.end == SystemEnd::reset and not lives.stopped) {
            continue;
        }
        if (options.stats) {
            for (const auto& line :
                 run_statistics({instructions, Clock::now() - start, compilers}, options.observation)) {
                say(line);
            }
        }
        const int code = exit_code(life->outcome, options);
        if (debugger != nullptr) {
            debugger->finish(static_cast<std::uint64_t>(code));
        }
        return code;
    }
}

}  // namespace vm::cli
