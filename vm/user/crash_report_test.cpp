#include "vm/user/crash_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/user/test_elf.h"

namespace vm::user {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

std::string report_of(const std::vector<std::uint32_t>& code) {
    const TestElf file(2, 0x1'1000, {{.address = 0x1'0000, .file_size = 0x2000, .memory_size = 0x2000}},
                       code);
    const auto process = Process::start({.path = file.path(), .arguments = {"p"}});
    EXPECT_TRUE(process);
    return crash_report(**process, (*process)->run({}));
}

TEST(CrashReport, ShowsRegistersInstructionAndCause) {
    const std::string report = report_of({0x0000'3503});  // ld a0, 0(zero)
    EXPECT_THAT(report, StartsWith("  pc 0000000000011000"));
    EXPECT_THAT(report,
                EndsWith("0x11000: ld a0,0(zero)\n"
                         "vm: guest killed by SIGSEGV at pc 0x11000: load page fault (13), value 0x0\n"));
}

TEST(CrashReport, SaysWhenThereIsNoCode) {
    EXPECT_THAT(report_of({0x0000'0067}),  // jr zero
                EndsWith("0x0: no readable code\n"
                         "vm: guest killed by SIGSEGV at pc 0x0: instruction page fault (12), value 0x0\n"));
}

TEST(CrashReport, IsOneLineForSignalsWithoutACore) {
    const TestElf file(2, 0x1'1000, {{.address = 0x1'0000, .file_size = 0x2000, .memory_size = 0x2000}});
    const auto process = Process::start({.path = file.path(), .arguments = {"p"}});
    ASSERT_TRUE(process);
    EXPECT_EQ(crash_report(**process, {.kind = Outcome::Kind::killed, .code = SIGTERM}),
              "vm: guest killed by SIGTERM at pc 0x11000\n");
}

}  // namespace
}  // namespace vm::user
