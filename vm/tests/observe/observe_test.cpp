#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/native/native.h"
#include "vm/tests/guest/guest_run.h"

namespace vm::tests {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* kGdb = "/usr/bin/gdb-multiarch";

// `vm` and these words.
GuestRun run_vm(std::vector<std::string> words) {
    words.insert(words.begin(), VM_PROGRAM);
    return run_command({.command = std::move(words), .standard_input = {}, .environment = {}});
}

// The texts between empty lines.
std::vector<std::string> paragraphs(const std::string& text) {
    std::vector<std::string> result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find("\n\n", at), text.size());
        result.push_back(text.substr(at, end - at));
        at = end + 2;
    }
    return result;
}

// The first numbers of the lines, as busy.c says its processes.
std::set<int> processes(const std::string& output) {
    std::set<int> numbers;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) numbers.insert(std::stoi(line));
    return numbers;
}

std::string read_and_remove(const std::string& path) {
    std::ifstream file(path);
    std::string text(std::istreambuf_iterator<char>(file), {});
    std::remove(path.c_str());
    return text;
}

class Observe : public ::testing::Test {
  protected:
    void SetUp() override {
        if (not native::supported()) GTEST_SKIP() << "no compiler for this host";
    }
};

TEST_F(Observe, DumpsShowBlocksFromTheGuestsInstructionsToTheHosts) {
    const GuestRun run = run_vm({"user", "--dump", "ir,asm", guest_program("busy")});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.output, HasSubstr(" "));
    const auto blocks = paragraphs(run.errors);
    EXPECT_THAT(blocks, Each(StartsWith("block 0x")));
    const auto busy = std::find_if(blocks.begin(), blocks.end(), [](const std::string& text) {
        return text.find(" <busy") != std::string::npos;
    });
    ASSERT_NE(busy, blocks.end());
    EXPECT_THAT(*busy, AllOf(HasSubstr("\nguest:\n"), HasSubstr("  slliw "), HasSubstr("\nlifted:\nslot "),
                             HasSubstr("\noptimised:\nslot "), HasSubstr("\nhost: rbx=x10 "),
                             HasSubstr("jmp leave")));
}

TEST_F(Observe, DumpsOfAnAddressShowTheBlocksThatHoldIt) {
    const auto dump = [](std::vector<std::string> of) {
        std::vector<std::string> words = {"user", "--jit-threshold", "50", "--dump", "asm"};
        words.insert(words.end(), of.begin(), of.end());
        words.push_back(guest_program("busy"));
        return paragraphs(run_vm(words).errors);
    };
    const auto all = dump({});
    const auto busy = std::find_if(all.begin(), all.end(), [](const std::string& text) {
        return text.find(" <busy") != std::string::npos;
    });
    ASSERT_NE(busy, all.end());
    const std::string address = busy->substr(6, busy->find(' ', 6) - 6);
    const auto some = dump({"--pc", address});
    EXPECT_LT(some.size(), all.size());
    EXPECT_THAT(some, Each(HasSubstr("  " + address.substr(2) + ": ")));
}

TEST_F(Observe, DumpsOfSeveralProcessesKeepTheirBlocksWhole) {
    const std::string path = ::testing::TempDir() + "observe_test." + std::to_string(::getpid());
    const GuestRun run =
        run_vm({"user", "--dump", "asm", "--dump-file", path, guest_program("busy"), "fork"});
    EXPECT_THAT(processes(run.output), SizeIs(2));
    EXPECT_EQ(run.errors, "");
    const auto blocks = paragraphs(read_and_remove(path));
    EXPECT_THAT(blocks, Each(AllOf(StartsWith("block 0x"), ContainsRegex("jmp (leave|budget)"))));
    // Each process has compiled the function.
    EXPECT_GE(std::count_if(blocks.begin(), blocks.end(),
                            [](const std::string& text) { return text.find(" <busy") != std::string::npos; }),
              2);
}

TEST_F(Observe, BareProgramsAreShownToo) {
    const GuestRun run =
        run_vm({"run", "--bare", guest_program("loop"), "--jit-threshold", "50", "--dump", "asm", "--stats"});
    EXPECT_EQ(run.exit_code, 0);
    // Some rounds of a loop of two.
    EXPECT_THAT(run.errors, ContainsRegex(" <count>: [0-9]*[02468] instructions, "));
    EXPECT_THAT(run.errors,
                ContainsRegex("[0-9]+ x [0-9.]+ of [0-9]+ +9[0-9].[0-9] %  0x[0-9a-f]+ <count>\n"));
}

TEST_F(Observe, WhatIsInterpretedIsNotShown) {
    for (const std::vector<std::string>& how : {std::vector<std::string>{"user", "--engine", "interp"},
                                                {"user", "--trace"},
                                                {"user", "--gdb", "0"}}) {
        auto words = how;
        words.insert(words.end(), {"--dump", "ir", guest_program("busy")});
        const GuestRun run = run_vm(words);
        EXPECT_EQ(run.exit_code, 2);
        EXPECT_THAT(run.errors,
                    StartsWith("vm: --dump is about compiled code, and this guest is interpreted"));
    }
    const GuestRun bad = run_vm({"user", "--dump", "all", guest_program("busy")});
    EXPECT_EQ(bad.exit_code, 2);
    EXPECT_THAT(bad.errors, HasSubstr("--dump: all not in {ir,asm}"));
}

TEST_F(Observe, StatisticsNameTheHottestBlock) {
    const GuestRun run = run_vm({"user", "--stats", guest_program("busy")});
    EXPECT_THAT(run.errors,
                AllOf(ContainsRegex("vm: [0-9]+ instructions in .* % compiled\n"),
                      ContainsRegex("vm: compiled [0-9]+ blocks of [0-9]+ instructions in "),
                      ContainsRegex("vm: hottest blocks: .*\nvm: +[0-9]+ x [0-9.]+ of [0-9]+ +[0-9.]+ %  "
                                    "0x[0-9a-f]+ <busy")));
}

TEST_F(Observe, PerfMapsOfAllProcessesNameTheirBlocks) {
    for (const char* what : {"fork", "exec"}) {
        const auto numbers = processes(run_vm({"user", "--perf-map", guest_program("busy"), what}).output);
        EXPECT_THAT(numbers, SizeIs(std::string(what) == "fork" ? 2 : 1));
        for (const int number : numbers) {
            const std::string map = read_and_remove(fmt::format("/tmp/perf-{}.map", number));
            EXPECT_THAT(map, ContainsRegex("(^|\n)[0-9a-f]+ [0-9a-f]+ rv:0x[0-9a-f]+:busy"));
        }
    }
}

TEST_F(Observe, GdbOfTheHostNamesCompiledCodeInBacktraces) {
    if (::access(kGdb, X_OK) != 0) GTEST_SKIP() << "gdb-multiarch is not installed";
    // From the run that follows when an exit was linked to compiled code, step by step into that.
    constexpr const char* kStep = R"py(python
for _ in range(5000):
    gdb.execute("stepi", to_string=True)
    if "rv:0x" in gdb.execute("info symbol $pc", to_string=True): break
)py";
    const std::string script = ::testing::TempDir() + "observe_test.gdb." + std::to_string(::getpid());
    std::ofstream(script) << "set confirm off\nhandle all nostop noprint pass\n"
                          << "break vm::jit::Tier::link\nrun\ndelete\ntbreak vm::jit::Tier::run\ncontinue\n"
                          << kStep << "end\nbacktrace\ninfo symbol $pc\nkill\n";
    const GuestRun run = run_command({.command = {kGdb, "-nx", "-batch", "-x", script, "--args", VM_PROGRAM,
                                                  "user", "--gdb-jit", guest_program("busy")},
                                      .standard_input = {},
                                      .environment = {}});
    std::remove(script.c_str());
    if (run.errors.find("ptrace") != std::string::npos) GTEST_SKIP() << "gdb may not trace: " << run.errors;
    EXPECT_THAT(
        run.output,
        AllOf(ContainsRegex(
                  "\n#0 +0x[0-9a-f]+ in rv:0x[0-9a-f]+:[a-z_]+[^\n]*\n#1 [^\n]* vm::jit::Tier::run[ (]"),
              ContainsRegex("\n#[0-9]+ [^\n]*main \\("),
              ContainsRegex("\nrv:0x[0-9a-f]+:[^\n]* in section .text of ")))
        << run.errors;
}

}  // namespace
}  // namespace vm::tests
