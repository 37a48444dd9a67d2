#include "harness/run/callgrind.h"

#include <gmock/gmock.h>

#include "harness/run/fake_worker.h"

namespace harness::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// Runs what it is given and writes the counts of a program that executes 1000 instructions, and 7 an
// iteration. What valgrind itself counts is tested on real programs in harness/tests.
constexpr const char* kFakeValgrind = R"sh(#!/bin/sh
while :; do
    case $1 in
        --callgrind-out-file=*) counts=${1#*=} ;;
        --log-file=*) log=${1#*=} ;;
        --*) ;;
        *) break ;;
    esac
    shift
done
counts=${counts%\%p}$$
log=${log%\%p}$$
case $2 in
    *wide) echo "vex amd64->IR: unhandled instruction bytes: 0x62 0xF1" > "$log"; kill -ILL $$ ;;
    *unread) printf '==1== Callgrind\n### unhandled dwarf2 abbrev form code 0x25\n\n==1== \n' > "$log"; exit 1 ;;
    *environment) env | sort | sed 's/=.*//' | tr '\n' ' ' >&2; exit 1 ;;
esac
rm -f "${0%/*}/log"
"$@" || exit
case $2 in *uncounted) exit 0 ;; esac
looped=0
while read -r name iterations; do looped=$((looped + 7 * iterations)); done < "${0%/*}/log"
write_counts() {
    printf 'version: 1\ncmd: %s\nevents: Ir\nfn=once\n1 1000\nfn=each\n2 %s\ntotals: %s\n' \
        "$2" $looped $((looped + 1000)) > "$1"
}
write_counts "$counts" "$*"
case $2 in
    *starts) write_counts "${counts}0" "child" ;;
    *forks) write_counts "${counts}0" "$*" ;;
    *cut_off) printf 'version: 1\nevents: Ir\n' > "$counts" ;;
esac
)sh";

class Callgrind : public FakeWorkers {
  protected:
    void SetUp() override {
        FakeWorkers::SetUp();
        what_.program = add_worker("suite", 10);
        what_.valgrind = folder_ / "valgrind";
        what_.iterations = 50'000;
        std::ofstream(what_.valgrind) << kFakeValgrind;
        chmod(what_.valgrind.c_str(), 0755);
    }

    Result<model::Instructions> count(const std::string& case_id) {
        what_.case_id = case_id;
        return count_instructions(what_, interrupts_);
    }

    std::string error_of(const std::string& case_id) {
        const auto counted = count(case_id);
        return counted ? "no error" : counted.error().message;
    }

    CallgrindStart what_;
    Interrupts interrupts_ = std::move(Interrupts::create().value());
};

TEST_F(Callgrind, WhatHappensOnceAProcessIsNotCounted) {
    const auto counted = count("good").value();
    EXPECT_EQ(counted.per_iteration, 7);
    EXPECT_THAT(counted.functions, ElementsAre(Pair("each", 7)));
    EXPECT_EQ(log(), "suite 1\nsuite 100000\n");
}

TEST_F(Callgrind, WhatTheProgramStartsIsCountedWithIt) {
    EXPECT_EQ(count("starts").value().per_iteration, 14);
}

TEST_F(Callgrind, CopiesWithoutExecCannotBeCounted) {
    EXPECT_THAT(error_of("forks"), HasSubstr("fork without exec"));
}

TEST_F(Callgrind, TooFewInstructionsAreNotCounted) {
    what_.iterations = 1000;
    EXPECT_THAT(error_of("good"), HasSubstr("1000 iterations of"));
    EXPECT_THAT(error_of("good"), HasSubstr("too few instructions to be counted"));
}

TEST_F(Callgrind, InstructionsThatValgrindDoesNotKnowAskForAPortableBuild) {
    EXPECT_EQ(error_of("wide"), "'" + what_.program +
                                    "' has instructions that valgrind does not know (AVX-512, say): count a "
                                    "portable build (cmake --preset portable)");
}

TEST_F(Callgrind, WhatValgrindComplainsOfIsQuoted) {
    EXPECT_THAT(error_of("unread"), HasSubstr("valgrind says '### unhandled dwarf2 abbrev form code 0x25'"));
}

TEST_F(Callgrind, OnlyWhatProgramsNeedIsInTheEnvironment) {
    setenv("VMBENCH_TEST_SECRET", "1", 1);
    const std::string message = error_of("environment");
    unsetenv("VMBENCH_TEST_SECRET");
    EXPECT_THAT(message, HasSubstr("PATH "));
    EXPECT_THAT(message, testing::Not(HasSubstr("VMBENCH_TEST_SECRET")));
}

TEST_F(Callgrind, AProcessThatLeavesNoCountsIsAnError) {
    EXPECT_EQ(error_of("uncounted"),
              "counting instructions under callgrind: the process ended without leaving its counts");
    EXPECT_THAT(error_of("cut_off"), HasSubstr("callgrind's file: cut off"));
}

TEST_F(Callgrind, WhatIsWrongWithTheWorkerIsSaid) {
    EXPECT_THAT(error_of("wrong"), HasSubstr("sum is 3, not 4"));
    EXPECT_THAT(error_of("usage"), HasSubstr("unknown flag"));
    what_.time_limit = std::chrono::milliseconds(300);
    EXPECT_THAT(error_of("silent"), HasSubstr("hung: no answer after 0.3 s"));
}

TEST_F(Callgrind, AValgrindThatIsNotThereIsNamed) {
    what_.valgrind = "/nonexistent/valgrind";
    EXPECT_THAT(error_of("good"), HasSubstr("/nonexistent/valgrind"));
}

TEST_F(Callgrind, ValgrindIsFoundByThePath) {
    const std::string before = getenv("PATH");
    setenv("PATH", ("/nonexistent:" + folder_.string()).c_str(), 1);
    const auto found = find_valgrind();
    setenv("PATH", "/nonexistent", 1);
    const auto missing = find_valgrind();
    setenv("PATH", before.c_str(), 1);
    EXPECT_EQ(found.value(), what_.valgrind);
    EXPECT_EQ(missing.error().message,
              "instructions are counted by valgrind, which is not installed (run scripts/bootstrap)");
}

}  // namespace
}  // namespace harness::run
