#include "suites/peers/cases.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "suites/common/booted_guest.h"
#include "suites/common/checked_runs.h"

namespace suites::peers {
namespace {

using common::Case;

// What is held against each other: the programs that compute, or start-up, which would drown in a mean with
// them.
enum class Kind { computes, starts };

// A program of suites/guest: what it prints, and what the JIT's time may be, in native time and in QEMU's.
struct Program {
    const char* name;
    const char* output;
    double times_native = 0;  // 0: no goal
    double times_qemu = 1;
    Kind kind = Kind::computes;
};

constexpr std::array kPrograms = {
    Program{"sha256", "sha256 080acf35a507ac98 ok\n"},
    Program{"crc", "crc 000000004344d0cf ok\n"},
    Program{"sieve", "sieve 00000000006c66c8 ok\n"},
    Program{"collatz", "collatz 000003b41a0b01c0 ok\n"},
    Program{"primality", "primality 7998f8285495fc24 ok\n"},
    Program{"bytecode", "bytecode 15280f09e589ea16 ok\n", 2.2},
    Program{"dispatch", "dispatch c10a0053b1830077 ok\n", 2.2},
    Program{"recursion", "recursion 0000000001d032fb ok\n", 3.0},
    Program{"sort", "sort 61979db034796ed3 ok\n", 2.4},
    Program{"chase", "chase f4bb1dcd00c26790 ok\n"},
    Program{"copy_small", "copy_small e13abc1119bcd2d0 ok\n"},
    Program{"copy_large", "copy_large 29f1ee9e565804c8 ok\n"},
    Program{"triad_small", "triad_small 11dc44852a1d346f ok\n", 3.0},
    Program{"triad_large", "triad_large 469f262966d365ae ok\n", 3.0},
    Program{"nbody", "nbody 4e8acfc995c33baf ok\n", 3.0},
    Program{"matmul", "matmul 2e45e66bc13652ea ok\n"},
    Program{"strings", "strings 410644d44131d4b6 ok\n"},
    Program{"syscalls", "syscalls 00000000000493e0 ok\n"},
    Program{"allocator", "allocator 3dc5420ea9f65ff8 ok\n"},
    // 6 ms where QEMU takes 18.
    Program{"hello", "hello\n", 0, 1.0 / 3, Kind::starts},
    Program{"once", "once 25318bb52b1e7372 ok\n", 0, 1, Kind::starts},
};

// Compiling code that runs once may cost so much of the interpreter's time.
constexpr double kOnceTimesInterp = 1.05;

// In a booted guest, where each access is translated: its walk over a table is all accesses.
constexpr double kSieveTimesNative = 5.0;

Case make(const Program& program, const char* runner, std::vector<std::string> command) {
    return {.id = fmt::format("{}/{}", program.name, runner),
            .body = [command = std::move(command),
                     output = program.output](auto& state) { common::run_and_check(state, command, output); },
            .metrics = {common::time_metric()},
            .tags = {"peers"},
            .time_source = common::TimeSource::manual};
}

std::string id(const Program& program, const char* runner) {
    return fmt::format("{}/{}", program.name, runner);
}

// The ratios to show of a case that is not native: to native code and, where it is there, to a peer.
void hold_against(Case& entry, const Program& program, const std::optional<std::string>& peer) {
    if (program.kind == Kind::starts) {
        return;
    }
    entry.versus.push_back(id(program, "native"));
    if (peer) {
        entry.versus.push_back(*peer);
    }
}

void set_goals(Case& jit, const Program& program, const common::Runners& runners) {
    if (program.times_native != 0) {
        jit.targets.push_back({"time", id(program, "native"), program.times_native});
    }
    if (runners.qemu) {
        jit.targets.push_back({"time", id(program, "qemu"), program.times_qemu});
    }
    if (program.name == std::string_view("once")) {
        jit.targets.push_back({"time", id(program, "interp"), kOnceTimesInterp});
    }
}

void add_program(std::vector<Case>& cases, const Program& program, const common::Runners& runners) {
    const std::string guest = runners.guest / fmt::format("{}.rv64", program.name);
    const auto peer = runners.qemu ? std::optional(id(program, "qemu")) : std::nullopt;
    Case native = make(program, "native", {runners.guest / fmt::format("{}.native", program.name)});
    native.tags.insert(native.tags.end(), {"quick", "reference"});
    Case interp = make(program, "interp", {runners.vm, "user", "--engine", "interp", guest});
    // It takes seconds for the programs that compute: too long for the quick profile.
    if (program.kind == Kind::starts) {
        interp.tags.push_back("quick");
    }
    hold_against(interp, program, peer);
    Case jit = make(program, "jit", {runners.vm, "user", "--engine", "jit", guest});
    jit.tags.push_back("quick");
    hold_against(jit, program, peer);
    set_goals(jit, program, runners);
    cases.push_back(std::move(native));
    cases.push_back(std::move(interp));
    cases.push_back(std::move(jit));
    if (runners.qemu) {
        Case qemu = make(program, "qemu", {*runners.qemu, guest});
        qemu.tags.insert(qemu.tags.end(), {"quick", "reference"});
        hold_against(qemu, program, std::nullopt);
        cases.push_back(std::move(qemu));
    }
}

// The program inside of a guest that `emulator` boots.
Case make_booted(const Program& program, const char* runner, const common::Runners& runners,
                 std::vector<std::string> emulator) {
    const auto boot = [emulator = std::move(emulator),
                       kernel = *runners.system / "Image"](const auto& initrd) {
        std::vector<std::string> command = emulator;
        command.insert(command.end(), {"--kernel", kernel, "--initrd", initrd, "--append", "console=ttyS0"});
        return command;
    };
    const auto guest = std::make_shared<common::BootedGuest>(
        common::GuestBoot{.initramfs = *runners.system / "initramfs.cpio",
                          .program = runners.guest / fmt::format("{}.rv64", program.name),
                          .command = boot});
    return {.id = id(program, runner),
            .body = [guest, output = program.output](auto& state) { guest->run_and_check(state, output); },
            .metrics = {common::time_metric()},
            .tags = {"peers"},
            .time_source = common::TimeSource::manual,
            // Its failure is the body's to tell, which tries again.
            .touch = [guest] { static_cast<void>(guest->boot()); }};
}

void add_booted(std::vector<Case>& cases, const Program& program, const common::Runners& runners) {
    const auto peer = runners.qemu_system ? std::optional(id(program, "system_qemu")) : std::nullopt;
    Case ours = make_booted(program, "system", runners, {runners.vm, "run", "--memory", "512M"});
    hold_against(ours, program, peer);
    if (peer) {
        ours.targets.push_back({"time", *peer, 1});
    }
    if (program.name == std::string_view("sieve")) {
        ours.targets.push_back({"time", id(program, "native"), kSieveTimesNative});
    }
    cases.push_back(std::move(ours));
    if (peer) {
        Case qemu = make_booted(program, "system_qemu", runners,
                                {*runners.qemu_system, "-machine", "virt", "-m", "512M", "-bios", "default",
                                 "-nic", "none", "-display", "none", "-monitor", "none", "-serial", "stdio"});
        qemu.tags.push_back("reference");
        hold_against(qemu, program, std::nullopt);
        cases.push_back(std::move(qemu));
    }
}

}  // namespace

common::Suite suite(const common::Runners& runners) {
    common::Suite made{"peers", "How fast do guest programs run, as a ratio to native code and to QEMU?", {}};
    for (const Program& program : kPrograms) {
        add_program(made.cases, program, runners);
        if (runners.system and program.kind == Kind::computes) {
            add_booted(made.cases, program, runners);
        }
    }
    return made;
}

common::Suite suite() { return suite(common::find_runners()); }

}  // namespace suites::peers
