// The built vm on bare programs and on bad input: exit codes and messages.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/tests/guest/guest_run.h"

namespace vm::tests {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

GuestRun run_vm(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), VM_PROGRAM);
    return run_command({.command = std::move(arguments), .standard_input = {}, .environment = {}});
}

// What stands behind the program may say where its output goes.
GuestRun run_in_shell(const std::string& arguments) {
    return run_command({.command = {"/bin/sh", "-c", std::string(VM_PROGRAM) + " " + arguments},
                        .standard_input = {},
                        .environment = {}});
}

GuestRun run_bare(const std::string& name, const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments{"run", "--bare", guest_program(name)};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run_vm(std::move(arguments));
}

// One line that begins with "vm: ", nothing on standard output, exit code 2.
void expect_bad_input(const GuestRun& run, const std::string& part) {
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.output, "");
    EXPECT_THAT(run.errors, StartsWith("vm: "));
    EXPECT_THAT(run.errors, HasSubstr(part));
    EXPECT_EQ(run.errors.find('\n'), run.errors.size() - 1) << run.errors;
}

// A file of this test's own, removed at its end.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_ = ::testing::TempDir() + "vm_bare_test." + std::to_string(::getpid());
};

std::string bytes_of(const std::string& name) {
    std::ifstream file(guest_program(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(VmRunBare, OneInTohostExitsWithZeroAndSaysNothing) {
    const GuestRun run = run_bare("pass");
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(run.output + run.errors, "");
}

TEST(VmRunBare, OddValueInTohostExitsWithItsHalf) { EXPECT_EQ(run_bare("fail42").exit_code, 42); }

TEST(VmRunBare, ExitCodeThatNoProcessCanHaveIsReportedAs255) {
    const GuestRun run = run_bare("big_code");
    EXPECT_EQ(run.exit_code, 255);
    EXPECT_EQ(run.errors, "vm: the program's exit code 256 does not fit, 255 stands for it\n");
}

TEST(VmRunBare, UserModeIsHeldByPmpAndCounterenAndComesBackByTraps) {
    EXPECT_EQ(run_bare("user_mode").exit_code, 0);
}

TEST(VmRunBare, SupervisorTakesItsOwnFaultsCallsAndInterrupts) {
    EXPECT_EQ(run_bare("supervisor").exit_code, 0);
}

TEST(VmRunBare, CodeIsFoundWhereTheTablesSayThatItLies) { EXPECT_EQ(run_bare("remap_code").exit_code, 0); }

TEST(VmRunBare, RewrittenCodeRunsAfterFenceI) {
    EXPECT_EQ(run_bare("self_modify").exit_code, 0);
    EXPECT_EQ(run_bare("self_modify", {"--jit-threshold", "0"}).exit_code, 0);
}

TEST(VmRunBare, InstructionCounterIsExactAndWritable) { EXPECT_EQ(run_bare("counters").exit_code, 0); }

TEST(VmRunBare, AccessBeyondTheMemoryFaultsAtItsFirstByteOutside) {
    EXPECT_EQ(run_bare("memory_edge", {"--memory", "64K"}).exit_code, 0);
    EXPECT_EQ(run_bare("memory_edge", {"--memory", "64K", "--jit-threshold", "0"}).exit_code, 0);
}

TEST(VmRunBare, InstructionLimitExitsWith124AndSaysSo) {
    const GuestRun run = run_bare("spin", {"--max-instructions", "12345", "--stats"});
    EXPECT_EQ(run.exit_code, 124);
    EXPECT_THAT(run.errors, HasSubstr("vm: 12345 instructions in "));
    EXPECT_THAT(run.errors, HasSubstr("vm: stopped after 12345 instructions (--max-instructions)\n"));
}

TEST(VmRunBare, WaitThatNothingEndsExitsWith125AndSaysWhere) {
    const GuestRun run = run_bare("wait");
    EXPECT_EQ(run.exit_code, 125);
    EXPECT_THAT(run.errors, HasSubstr("waits for an interrupt (wfi before 0x80000004)"));
}

TEST(VmRunBare, TrapWithoutHandlerExitsWith125AndSaysWhy) {
    const GuestRun run = run_bare("no_handler");
    EXPECT_EQ(run.exit_code, 125);
    EXPECT_THAT(run.errors, HasSubstr("the trap handler at 0x0 itself traps: instruction access fault (1)"));
}

TEST(VmRunBare, ServiceRequestExitsWith125) {
    const GuestRun run = run_bare("service");
    EXPECT_EQ(run.exit_code, 125);
    EXPECT_THAT(run.errors, HasSubstr("asks the host for a service through tohost"));
}

TEST(VmRunBare, TraceShowsInstructionsAndChangedRegisters) {
    const GuestRun run = run_bare("pass", {"--trace"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(run.errors.substr(0, run.errors.find('\n')), "80000000: 4515      c.li a0,5  a0=0x5");
}

TEST(VmRunBare, StatsShowCountTimeAndRate) {
    EXPECT_THAT(
        run_bare("pass", {"--stats"}).errors,
        ContainsRegex(
            "^vm: [0-9]+ instructions in [0-9.]+ s, [0-9.]+ M instructions/s(, [0-9.]+ % compiled)?\n"));
}

TEST(VmRunBare, AnAuditOfEachProgramFindsNothing) {
    for (const char* program :
         {"counters", "fail42", "pass", "remap_code", "self_modify", "supervisor", "user_mode"}) {
        SCOPED_TRACE(program);
        const GuestRun run = run_bare(program, {"--audit", "--stats", "--jit-threshold", "0"});
        EXPECT_EQ(run.exit_code, run_bare(program, {"--engine", "interp"}).exit_code);
        EXPECT_THAT(run.errors,
                    ContainsRegex("\nvm: audit: [1-9][0-9]* executions of compiled blocks, "
                                  "[1-9][0-9]* instructions, are as interpreted; [0-9]+ passed over\n"));
    }
}

TEST(VmRunBare, RefusesBadMemorySizes) {
    for (const char* size : {"0", "5000", "x", "-1", "257G", "99999999999999999999G"}) {
        expect_bad_input(run_bare("pass", {"--memory", size}), "memory size '" + std::string(size) + "'");
    }
}

TEST(VmRunBare, RefusesProgramThatDoesNotFitTheMemory) {
    expect_bad_input(run_bare("pass", {"--memory", "4K"}), "outside the memory at 0x80000000 to 0x80000fff");
}

TEST(VmRunBare, RefusesBadInstructionLimits) {
    for (const char* count : {"abc", "-1", "1e3", "18446744073709551616"}) {
        expect_bad_input(run_bare("pass", {"--max-instructions", count}), "is not a number of instructions");
    }
}

TEST(VmRunBare, RefusesEnginesThatAreNotThere) {
    expect_bad_input(run_bare("pass", {"--engine", "kvm"}), "engine 'kvm' is not available for machines");
    expect_bad_input(run_bare("pass", {"--engine", "turbo"}), "there is no engine 'turbo'");
    EXPECT_EQ(run_bare("pass", {"--engine", "interp"}).exit_code, 0);
}

TEST(VmRunBare, RefusesFilesItCannotRead) {
    expect_bad_input(run_vm({"run", "--bare", "/nonexistent/x"}), "cannot open '/nonexistent/x'");
    expect_bad_input(run_vm({"run", "--bare", "/"}), "not a regular file");
}

TEST(VmRunBare, RefusesWhatIsNoRiscvExecutable) {
    expect_bad_input(run_vm({"run", "--bare", VM_PROGRAM}), "another architecture");
    const TemporaryFile text("hello, this is no program at all\n");
    expect_bad_input(run_vm({"run", "--bare", text.path()}), "is not an ELF file");
    const TemporaryFile empty("");
    expect_bad_input(run_vm({"run", "--bare", empty.path()}), "is not an ELF file");
}

TEST(VmRunBare, RefusesTruncatedFile) {
    const TemporaryFile cut(bytes_of("pass").substr(0, 300));
    expect_bad_input(run_vm({"run", "--bare", cut.path()}), "is cut short");
}

TEST(VmRunBare, RefusesSegmentWhoseSizeOverflows) {
    std::string bytes = bytes_of("pass");
    constexpr std::size_t kFirstLoadMemorySize =
        64 + 56 + 40;  // the first program header is RISCV_ATTRIBUTES
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[kFirstLoadMemorySize + i] = static_cast<char>(0xff);
    }
    const TemporaryFile wrong(bytes);
    expect_bad_input(run_vm({"run", "--bare", wrong.path()}), wrong.path());
}

TEST(Vm, RefusesUnknownFlagsAndCommands) {
    expect_bad_input(run_vm({"--bogus"}), "--bogus");
    expect_bad_input(run_vm({"frob"}), "frob");
    expect_bad_input(run_vm({}), "a command is needed");
    expect_bad_input(run_vm({"run", "--bare", "--bogus", guest_program("pass")}), "--bogus");
    expect_bad_input(run_vm({"run", "--bare"}), "FILE");
    expect_bad_input(run_vm({"run", guest_program("pass")}), "vm run --bare");
    expect_bad_input(run_vm({"disasm"}), "FILE");
}

TEST(Vm, HelpNamesEveryCommand) {
    const GuestRun run = run_vm({"--help"});
    EXPECT_EQ(run.exit_code, 0);
    for (const char* command : {"run", "user", "disasm", "info"}) {
        EXPECT_THAT(run.output, HasSubstr(std::string("  ") + command));
    }
}

TEST(Vm, VersionIsOneLine) { EXPECT_THAT(run_vm({"--version"}).output, MatchesRegex("vm [0-9.]+\n")); }

TEST(Vm, InfoListsEnginesAndWhetherTheyAreAvailable) {
    const GuestRun run = run_vm({"info"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.output, HasSubstr("interp  available"));
    EXPECT_THAT(run.output, HasSubstr("jit     available"));
    EXPECT_THAT(run.output, HasSubstr("host CPU"));
}

TEST(VmDisasm, ListsLabelsAddressesBitsAndText) {
    const GuestRun run = run_vm({"disasm", guest_program("self_modify")});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.output, HasSubstr("\n0000000080000000 <_start>:\n80000000: "));
    EXPECT_THAT(run.output, HasSubstr(" <value>:\n"));
    EXPECT_THAT(run.output, HasSubstr(": 00100513  addi a0,zero,1\n"));
    EXPECT_THAT(run.output, HasSubstr(": 0000100f  fence.i\n"));
}

TEST(Vm, AFullDiskIsAnError) {
    for (const std::string& printing :
         {"disasm " + guest_program("pass"), std::string("info"), std::string("--version"),
          std::string("--help"), std::string("user --help")}) {
        SCOPED_TRACE(printing);
        expect_bad_input(run_in_shell(printing + " > /dev/full"),
                         "cannot write to standard output: No space left on device");
    }
}

TEST(Vm, ADumpThatFillsItsDiskSaysSoOnceAndChangesNothing) {
    const TemporaryFile file("");
    const std::string line = "ulimit -f 1; trap '' XFSZ; exec " + std::string(VM_PROGRAM) + " run --bare " +
                             guest_program("fail42") + " --dump ir,asm --jit-threshold 0 --dump-file " +
                             file.path();
    const GuestRun run =
        run_command({.command = {"/bin/sh", "-c", line}, .standard_input = {}, .environment = {}});
    EXPECT_EQ(run.exit_code, 42);
    EXPECT_EQ(run.errors, "vm: the dump ends here: cannot write '" + file.path() + "': File too large\n");
}

TEST(Vm, StandardErrorThatCannotBeWrittenChangesNoExitCode) {
    const std::string program = "run --bare " + guest_program("fail42");
    for (const std::string to : {" 2> /dev/full", " 2>&-"}) {
        for (const std::string options :
             {" --stats", " --dump ir,asm --jit-threshold 0", " --audit --stats"}) {
            EXPECT_EQ(run_in_shell(program + options + to).exit_code, 42) << options << to;
        }
        EXPECT_EQ(run_in_shell("no-such-command" + to).exit_code, 2) << to;
    }
}

}  // namespace
}  // namespace vm::tests
