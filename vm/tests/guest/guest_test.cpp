// Whole programs under `vm user`: output and exit code as known, and as under qemu-riscv64 where that is
// installed.

#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/tests/guest/guest_run.h"

namespace vm::tests {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Scratch {
  public:
    Scratch() : path_(testing::TempDir() + "vm_guest_test." + std::to_string(::getpid())) {
        std::filesystem::create_directories(path_);
    }
    ~Scratch() { std::filesystem::remove_all(path_); }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

void expect(const GuestRun& run, int exit_code, const std::string& output) {
    EXPECT_EQ(run.exit_code, exit_code);
    EXPECT_EQ(run.output, output);
    EXPECT_EQ(run.errors, "");
}

void expect_as_qemu(const GuestRun& run, const std::string& name,
                    const std::vector<std::string>& arguments = {}) {
    if (qemu_installed()) {
        const GuestRun other = run_qemu(name, arguments);
        EXPECT_EQ(run.exit_code, other.exit_code);
        EXPECT_EQ(run.output, other.output);
    }
}

TEST(GuestProgram, PrintsHello) { expect(run_guest("hello"), 0, "Hello, world\n"); }

TEST(GuestProgram, GetsItsArgumentsFlagsIncludedItsEnvironmentAndItsExitCode) {
    const std::vector<std::string> arguments = {"a", "--stats", "", "42"};
    const GuestRun run = run_guest("arguments", arguments);
    EXPECT_EQ(run.exit_code, 42);
    EXPECT_THAT(run.output, StartsWith("1: a\n2: --stats\n3: \n4: 42\nvariable: set\n"));
    expect_as_qemu(run, "arguments", arguments);
}

TEST(GuestProgram, WorksWithFilesAndDirectories) {
    const Scratch scratch;
    expect(run_guest("files", {scratch.path()}), 0,
           "size 8192, mode 640, links 1, regular 1\nentries 3\nin /d\numask 0\nlines 1000, last line 999\n");
}

TEST(GuestProgram, ThatIsTrustedDoesAsOthersDo) {
    const auto run = [](std::vector<std::string> options) {
        options.insert(options.begin(), {VM_PROGRAM, "user", "--engine", "jit", "--jit-threshold", "0"});
        options.push_back(guest_program("hello"));
        return run_command({.command = std::move(options), .standard_input = {}, .environment = {}});
    };
    const GuestRun usual = run({});
    EXPECT_EQ(usual.exit_code, 0);
    expect(run({"--trust-guest"}), 0, usual.output);
}

TEST(GuestProgram, MapsMemoryAndHostileAddressesGetNowhere) {
    const Scratch scratch;
    expect(run_guest("memory", {scratch.path() + "/mapped"}), 0, "sum 4842330\ndone\n");
}

TEST(GuestProgram, TellsTheTimeAndSleeps) { expect(run_guest("clocks"), 0, "done\n"); }

TEST(GuestProgram, WaitsOnPipes) { expect(run_guest("pipes"), 0, "done\n"); }

TEST(GuestProgram, HandlesItsOwnFaults) {
    const GuestRun run = run_guest("faults");
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(run.errors, "");
    EXPECT_EQ(
        run.output,
        "load from null: signal 11, code 1, address as expected 1, on its stack 1\n"
        "store to a read-only page: signal 11, code 2, address as expected 1, on its stack 1\n"
        "load above the address space: signal 11, code 1, address as expected 1, on its stack 1\n"
        "load at the very top: signal 11, code 1, address as expected 1, on its stack 1\n"
        "load of the middle: signal 11, code 1, address as expected 1, on its stack 1\n"
        "jump to a page that is not executable: signal 11, code 2, address as expected 1, on its stack 1\n"
        "jump to nowhere: signal 11, code 1, address as expected 1, on its stack 1\n"
        "illegal instruction: signal 4, code 1, address as expected 1, on its stack 1\n"
        "breakpoint: signal 5, code 1, address as expected 1, on its stack 1\n"
        "privileged instruction: signal 4, code 1, address as expected 1, on its stack 1\n"
        "skipped: 42, steps 1\n"
        "stored after mprotect in the handler: 3, steps 1\n");
}

TEST(GuestProgram, GetsSignalsAndLosesNone) {
    const GuestRun run = run_guest("signals");
    expect(run, 0,
           "nested without SA_NODEFER: 1 deep, 3 in all\n"
           "nested with SA_NODEFER: 3 deep, 3 in all\n"
           "races: 1000\n"
           "done\n");
    expect_as_qemu(run, "signals");
}

TEST(GuestProgram, GetsEveryQueuedSignal) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer keeps one signal of each number back, and drops the others";
#endif
    const GuestRun run = run_guest("queued_signals");
    expect(run, 0, "real-time signals: 5\n");
    expect_as_qemu(run, "queued_signals");
}

TEST(GuestProgram, KeepsItsRegistersAcrossHandlers) {
    const GuestRun run = run_guest("registers");
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.output, StartsWith("85ec128cd6246e41 74999.250 87500.000 "));
    expect_as_qemu(run, "registers");
}

TEST(GuestProgram, AsksAboutItsMachine) {
    expect(run_guest("machine", {guest_program("machine")}), 0,
           "/proc/self/exe: 1\nmachine of /proc/self/exe: 243\nLinux riscv64\nstack limit 1048576\ncalled "
           "guest\n");
}

TEST(GuestProgram, ProbesTheHart) {
    expect(run_guest("probe"), 0, "0 0\n3 0x1\n4 0x8000000bb\n5 0x3\n-1 0\n");
}

TEST(GuestProgram, BadPointersGiveErrorsNotCrashes) {
    expect(run_guest("bad_pointers"), 0, "written before the edge: 4\ndone\n");
}

TEST(GuestProgram, MayModifyItsCode) {
    const GuestRun run = run_guest("modify_code");
    expect(run, 0, "sum 2005261\n");
    expect_as_qemu(run, "modify_code");
}

TEST(GuestProgram, ReadsStandardInput) {
    GuestInput input{.command = vm_user(), .standard_input = "one\ntwo\n", .environment = {}};
    input.command.push_back(guest_program("copy_input"));
    const GuestRun run = run_command(std::move(input));
    expect(run, 0, "ONE\nTWO\n");
}

TEST(GuestProgram, RunsTheCxxRuntimeWithExceptions) {
    const GuestRun run = run_guest("exceptions");
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.output, StartsWith("caught: at the bottom, alive 0\n"));
    EXPECT_THAT(run.output, EndsWith("caught: out of a handler\n"));
    expect_as_qemu(run, "exceptions");
}

TEST(GuestProgram, MayBePositionIndependent) {
    expect(run_guest("position_independent"), 7, "position-independent\n");
}

// Not compared: under qemu-riscv64 a child of vfork has a copy of the memory.
TEST(GuestProgram, MakesProcessesAndRunsPrograms) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP()
        << "the thread sanitizer keeps signals back until a call that it knows, and forks allow none";
#endif
    const Scratch scratch;
    const GuestRun run = run_guest("processes", {guest_program("processes"), scratch.path() + "/script"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(run.output, "forked\nanother: through a pipe\nanother: spawned\n" + guest_program("processes") +
                              ": behind\nlent\nlast: in place\n");
    EXPECT_THAT(run.errors, HasSubstr("vm: guest killed by SIGTERM at pc 0x"));
}

TEST(GuestThreads, ShareMemoryWaitForOneAnotherAndEndWithTheProgram) {
    const GuestRun run = run_guest("threads");
    expect(run, 3, "sum 720000, atomic 720000\nmade and joined\nturns 600\nending\n");
    expect_as_qemu(run, "threads");
}

TEST(GuestThreads, MakeProcessesAtTheSameTime) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer allows no forks among threads";
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
    GTEST_SKIP()
        << "the address sanitizer's allocator is locked in a child if it was for a thread that is not there";
#endif
#endif
    expect(run_guest("threads_fork"), 0, "forked among threads\n");
}

TEST(GuestThreads, GetTheirSignals) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer keeps signals back until a call that it knows, and loops make none";
#endif
    const GuestRun run = run_guest("threads_signals");
    expect(run, 0, "each got its own\nthe one that did not block it got it\ninterrupted and cancelled\n");
    expect_as_qemu(run, "threads_signals");
}

TEST(GuestThreads, AFatalSignalOfOneEndsAll) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer keeps signals back until a call that it knows, and loops make none";
#endif
    const GuestRun run = run_guest("threads_signals", {"die"});
    EXPECT_EQ(run.exit_code, 143);
    EXPECT_THAT(run.errors, StartsWith("vm: guest killed by SIGTERM at pc 0x"));
}

TEST(GuestThreads, ChangeWhatIsMappedWhileOthersUseItAndRunWhatOthersWrote) {
    const GuestRun run = run_guest("threads_memory");
    expect(run, 0, "mapped and unmapped\nread on\nsum 44850\nsum 44850\n");
    // qemu-riscv64 is not up to the races: it looks at memory of the guest that is gone.
    expect_as_qemu(run_guest("threads_memory", {"code"}), "threads_memory", {"code"});
}

// Not compared: qemu-riscv64 does not know robust lists, so whoever waits for the dead waits for ever.
TEST(GuestThreads, LeaveRobustLocksToOthersWhenTheyDie) { expect(run_guest("threads_robust"), 0, "done\n"); }

TEST(GuestThreads, LoadBehindTheirStoresWhereTheyAskForThat) {
    expect(run_guest("store_buffering"), 0, "done\n");
}

TEST(GuestThreads, StopAtTheInstructionLimitTogether) {
    const GuestRun run = run_guest("threads", {}, {"--max-instructions", "3000000"});
    EXPECT_EQ(run.exit_code, 124);
    EXPECT_EQ(run.errors, "vm: stopped after 3000000 instructions (--max-instructions)\n");
}

TEST(GuestThreads, AreNamedInLinesOfTheirCalls) {
    const GuestRun run = run_guest("threads_robust", {}, {"--strace"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.errors, HasSubstr("\nvm: clone(0x"));
    EXPECT_THAT(run.errors, HasSubstr("\nvm: ["));
    EXPECT_THAT(run.errors, HasSubstr("] exit(0) = ?\n"));
}

void expect_audit_to_end(const std::string& name, const std::string& note) {
    const GuestRun run = run_command({.command = {VM_PROGRAM, "user", "--audit", guest_program(name)},
                                      .standard_input = {},
                                      .environment = {}});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(run.errors, "vm: the program " + note + ", and from here on it is not audited\n");
}

TEST(GuestThreads, EndAnAudit) { expect_audit_to_end("threads_robust", "has a second thread"); }

TEST(GuestProgram, SharesMemoryWithOthersThatWriteIt) {
    expect(run_guest("shared_memory"), 0, "code 44850, counter 1000000\n");
}

TEST(GuestProgram, SharesMemoryAndEndsAnAudit) {
    expect_audit_to_end("shared_memory", "shares memory with other processes");
}

// Its handlers would count them.
TEST(GuestProgram, GetsNoSignalsOfMessagesThatNobodyReads) {
    for (const std::string option : {"--strace", "--trace", "--stats", "--dump asm"}) {
        const GuestRun run = run_command(
            {.command = {"/bin/bash", "-c",
                         std::string(VM_PROGRAM " user --max-instructions 300000 ") + option + " " +
                             guest_program("hello") + " 2>&1 >/dev/null | true; exit ${PIPESTATUS[0]}"},
             .standard_input = {},
             .environment = {}});
        EXPECT_EQ(run.exit_code, 0) << option;
    }
}

TEST(GuestProgram, MayBeDynamic) {
    const GuestRun run = run_guest("dynamic_hello");
    expect(run, 0, "Hello, dynamic world: 1.414\n");
    if (qemu_installed()) {
        const GuestRun other =
            run_command({.command = {kQemu, "-L", "/usr/riscv64-linux-gnu", guest_program("dynamic_hello")},
                         .standard_input = {},
                         .environment = {}});
        EXPECT_EQ(run.exit_code, other.exit_code);
        EXPECT_EQ(run.output, other.output);
    }
}

TEST(UserCommand, SaysWhichLoaderADynamicProgramNeeds) {
    const Scratch scratch;
    const GuestRun run = run_guest("dynamic_hello", {}, {"--sysroot", scratch.path()});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.errors, "vm: '" + guest_program("dynamic_hello") +
                              "' needs its loader '/lib/ld-linux-riscv64-lp64d.so.1', which is not below '" +
                              scratch.path() + "': give --sysroot DIR\n");
    EXPECT_EQ(run_guest("hello", {}, {"--sysroot", "/nonexistent"}).errors,
              "vm: sysroot '/nonexistent' is not a folder\n");
}

TEST(GuestCrash, ShowsRegistersInstructionAndSignal) {
    const GuestRun run = run_guest("crash", {"segv"});
    EXPECT_EQ(run.exit_code, 139);
    EXPECT_EQ(run.output, "");
    EXPECT_THAT(run.errors, HasSubstr("  a0 0"));
    EXPECT_THAT(run.errors, HasSubstr(": sw "));
    EXPECT_THAT(run.errors, HasSubstr("vm: guest killed by SIGSEGV at pc 0x"));
    EXPECT_THAT(run.errors, EndsWith(": store page fault (15), value 0x10\n"));
}

TEST(GuestCrash, ExitCodesAre128AndTheSignal) {
    EXPECT_EQ(run_guest("crash", {"ill"}).exit_code, 132);
    EXPECT_EQ(run_guest("crash", {"trap"}).exit_code, 133);
    EXPECT_EQ(run_guest("crash", {"abort"}).exit_code, 134);
    EXPECT_EQ(run_guest("crash", {"blocked"}).exit_code, 139);
    EXPECT_EQ(run_guest("crash", {"stack"}).exit_code, 139);
}

TEST(GuestCrash, ASignalThatLeavesNoCoreIsOneLine) {
    const GuestRun run = run_guest("crash", {"term"});
    EXPECT_EQ(run.exit_code, 143);
    EXPECT_THAT(run.errors, StartsWith("vm: guest killed by SIGTERM at pc 0x"));
}

TEST(UserCommand, StopsAtTheInstructionLimitAndSaysSo) {
    const GuestRun run = run_guest("crash", {"loop"}, {"--max-instructions", "100000"});
    EXPECT_EQ(run.exit_code, 124);
    EXPECT_EQ(run.errors, "vm: stopped after 100000 instructions (--max-instructions)\n");
}

TEST(UserCommand, ShowsSystemCallsByName) {
    const GuestRun run = run_guest("hello", {}, {"--strace"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(run.output, "Hello, world\n");
    EXPECT_THAT(run.errors, HasSubstr("\nvm: write(1, 0x"));
    EXPECT_THAT(run.errors, HasSubstr(", 13) = 13\n"));
    EXPECT_THAT(run.errors, EndsWith("vm: exit_group(0) = ?\n"));
    EXPECT_THAT(run_guest("machine", {guest_program("machine")}, {"--strace"}).errors,
                HasSubstr("vm: syscall_1999(0x"));
}

TEST(UserCommand, CountsInstructions) {
    const GuestRun run = run_guest("hello", {}, {"--stats"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.errors, HasSubstr(" instructions in "));
}

TEST(UserCommand, TracesInstructions) {
    const GuestRun run = run_guest("crash", {"loop"}, {"--trace", "--max-instructions", "50"});
    EXPECT_EQ(run.exit_code, 124);
    EXPECT_THAT(run.errors, HasSubstr("auipc"));
    EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 51);
}

TEST(UserCommand, BadInputIsOneLineAndExitCode2) {
    const auto run = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {VM_PROGRAM, "user"});
        return run_command({.command = std::move(arguments), .standard_input = {}, .environment = {}});
    };
    const auto expect_refused = [](const GuestRun& refused, const std::string& message) {
        EXPECT_EQ(refused.exit_code, 2);
        EXPECT_EQ(refused.errors, message + "\n");
    };
    expect_refused(run({"/nonexistent"}), "vm: cannot open '/nonexistent': No such file or directory");
    expect_refused(run({"/bin/true"}),
                   "vm: '/bin/true' is for another architecture (ELF machine 62), RISC-V (243) is needed");
    expect_refused(run({"/etc/passwd"}), "vm: '/etc/passwd' is not an ELF file");
    EXPECT_EQ(run({}).exit_code, 2);
    EXPECT_THAT(run({"--bogus", guest_program("hello")}).errors, StartsWith("vm: unknown flag --bogus"));
    EXPECT_THAT(run({"--engine", "kvm", guest_program("hello")}).errors, StartsWith("vm: "));
    EXPECT_EQ(run({"--engine", "interp", "--jit-threshold", "3", guest_program("hello")}).errors,
              "vm: --jit-threshold is an option of --engine jit\n");
    EXPECT_EQ(run({"--engine", "interp", "--opt-level", "2", guest_program("hello")}).errors,
              "vm: --opt-level is an option of --engine jit\n");
    EXPECT_EQ(run({"--engine", "jit", "--opt-level", "3", guest_program("hello")}).exit_code, 2);
}

TEST(UserCommand, AGuestNamedLikeASubCommandIsAProgram) {
    const GuestRun run =
        run_command({.command = {VM_PROGRAM, "user", "info"}, .standard_input = {}, .environment = {}});
    EXPECT_EQ(run.errors, "vm: cannot open 'info': No such file or directory\n");
}

}  // namespace
}  // namespace vm::tests
