#include "vm/cli/run_system.h"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/cli/command.h"
#include "vm/cli/console.h"
#include "vm/machine/test_kernel.h"

namespace vm::cli {
namespace {

using machine::testing::kA0;
using machine::testing::kT0;
using machine::testing::kT1;
using machine::testing::kZero;
using machine::testing::TestKernel;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Csr = TestKernel::Csr;
using Op = TestKernel::Opcode;

constexpr std::uint32_t kFinisher = 0x10'0000;
constexpr std::uint32_t kUart = 0x1000'0000;

class RunSystem : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = ::testing::TempDir() + "run_system_XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    std::string write(const std::string& name, const std::vector<std::byte>& bytes) const {
        std::ofstream(path(name), std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        return path(name);
    }
    std::string read(const std::string& name) const {
        std::ifstream file(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    // The console goes to a file, so that nothing is read here.
    SystemRun options() const {
        SystemRun run;
        run.serial = path("console");
        run.memory = std::uint64_t{4} << 20;
        run.max_instructions = std::numeric_limits<std::uint64_t>::max();
        return run;
    }
    SystemRun options(const TestKernel& firmware) const {
        SystemRun run = options();
        run.bios = write("firmware.bin", firmware.bytes());
        return run;
    }
    static std::string refusal(const SystemRun& run) {
        const auto code = run_system(run);
        return code ? "not refused" : code.error().message;
    }

    std::string folder_;
};

// What the finisher is told.
TestKernel ends_with(std::uint32_t value) {
    TestKernel firmware;
    firmware.li(kT0, kFinisher).li(kT1, value).op(Op::sw, 0, kT0, kT1).spin();
    return firmware;
}

TEST_F(RunSystem, PowerOffExitsWithZero) { EXPECT_EQ(run_system(options(ends_with(0x5555))).value(), 0); }

TEST_F(RunSystem, FailureExitsWithItsCodeAndNeverWithZero) {
    EXPECT_EQ(run_system(options(ends_with(0x002a'3333))).value(), 42);
    EXPECT_EQ(run_system(options(ends_with(0x1000'3333))).value(), 255);
    EXPECT_EQ(run_system(options(ends_with(0x0000'3333))).value(), 1);
}

TEST_F(RunSystem, ConsoleGoesToTheFile) {
    TestKernel firmware;
    firmware.li(kT0, kUart).li(kT1, 'h').op(Op::sb, 0, kT0, kT1).li(kT1, 'i').op(Op::sb, 0, kT0, kT1);
    firmware.li(kT0, kFinisher).li(kT1, 0x5555).op(Op::sw, 0, kT0, kT1).spin();
    EXPECT_EQ(run_system(options(firmware)).value(), 0);
    EXPECT_EQ(read("console"), "hi");
}

TEST_F(RunSystem, InstructionLimitExitsWith124) {
    SystemRun run = options(TestKernel().spin());
    run.max_instructions = 1000;
    EXPECT_EQ(run_system(run).value(), kInstructionLimit);
}

TEST_F(RunSystem, RebootsGoOnUntilTheInstructionLimitOfAllLives) {
    TestKernel firmware;
    firmware.li(kT0, kUart).li(kT1, 'r').op(Op::sb, 0, kT0, kT1);
    firmware.li(kT0, kFinisher).li(kT1, 0x7777).op(Op::sw, 0, kT0, kT1).spin();
    SystemRun run = options(firmware);
    run.max_instructions = 10'000;
    EXPECT_EQ(run_system(run).value(), kInstructionLimit);
    EXPECT_THAT(read("console"), StartsWith("rr"));
}

// Hart 1 counts far beyond the limit in each life; hart 0 sleeps until it is called, resets and sleeps.
TEST_F(RunSystem, InstructionsOfOtherHartsDoNotCountInLaterLivesEither) {
    constexpr std::uint32_t kSoftwareInterrupts = 0x200'0000;
    TestKernel firmware;
    firmware.branch(Op::bne, kA0, kZero, TestKernel::kOther);
    firmware.li(kT0, kUart).li(kT1, 'r').op(Op::sb, 0, kT0, kT1);
    firmware.li(kT1, 1 << 3).csrw(Csr::mie, kT1).op(Op::wfi).csrw(Csr::mie, kZero);
    firmware.li(kT0, kFinisher).li(kT1, 0x7777).op(Op::sw, 0, kT0, kT1);
    const std::uint64_t wait = firmware.here();
    firmware.op(Op::wfi).jump(wait);
    firmware.at(TestKernel::kOther).li(kT0, 100'000);
    const std::uint64_t again = firmware.here();
    firmware.op(Op::addi, kT0, kT0, 0, -1).branch(Op::bne, kT0, kZero, again);
    firmware.li(kT0, kSoftwareInterrupts).li(kT1, 1).op(Op::sw, 0, kT0, kT1).spin();
    SystemRun run = options(firmware);
    run.harts = 2;
    run.max_instructions = 200;
    EXPECT_EQ(run_system(run).value(), kInstructionLimit);
    EXPECT_THAT(read("console"), StartsWith("rr"));
}

TEST_F(RunSystem, GuestThatGoesNowhereExitsWith125) {
    EXPECT_EQ(run_system(options(TestKernel().op(Op::ecall))).value(), kStuck);
}

// A client of the console that takes nothing, connected to the socket at `path`.
int deaf_client(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    while (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        std::this_thread::yield();
    }
    return client;
}

// Until something waits for the client and nothing has come behind it for long: whoever sends is held up.
void wait_until_full(int client) {
    int before = 0;
    for (unsigned unchanged = 0; unchanged < 10'000; ++unchanged) {
        int now = 0;
        EXPECT_EQ(::ioctl(client, FIONREAD, &now), 0);
        if (std::exchange(before, now) != now or now == 0) {
            unchanged = 0;
        }
        std::this_thread::yield();
    }
}

TEST_F(RunSystem, SignalEndsAMachineWhoseClientTakesNothing) {
    TestKernel firmware;
    firmware.li(kT0, kUart).li(kT1, 'x');
    const std::uint64_t again = firmware.here();
    firmware.op(Op::sb, 0, kT0, kT1).jump(again);
    SystemRun run = options(firmware);
    run.serial = "unix:" + path("socket");
    Console::hold_signals();  // or the signal would end the threads of the test
    int client = -1;
    std::thread sender([&] {
        client = deaf_client(path("socket"));
        wait_until_full(client);
        ::kill(::getpid(), SIGTERM);
    });
    EXPECT_EQ(run_system(run).value(), 0);
    sender.join();
    ::close(client);
}

TEST_F(RunSystem, DumpWritesTheTreeAndRunsNothing) {
    SystemRun run = options(ends_with(0x0001'3333));
    run.harts = 2;
    run.append = "console=ttyS0";
    run.dump_dtb = path("board.dtb");
    EXPECT_EQ(run_system(run).value(), 0);
    const std::string tree = read("board.dtb");
    EXPECT_THAT(tree, StartsWith("\xd0\x0d\xfe\xed"));
    EXPECT_THAT(tree, HasSubstr("console=ttyS0"));
    EXPECT_THAT(tree, HasSubstr("cpu@1"));
    EXPECT_FALSE(std::filesystem::exists(path("console")));
}

TEST_F(RunSystem, TreeThatWasDumpedCanBeGivenBack) {
    SystemRun run = options(ends_with(0x5555));
    run.dump_dtb = path("board.dtb");
    ASSERT_EQ(run_system(run).value(), 0);
    run.dump_dtb.clear();
    run.dtb = path("board.dtb");
    EXPECT_EQ(run_system(run).value(), 0);
}

TEST_F(RunSystem, FilesThatCannotBeUsedAreNamed) {
    SystemRun run = options();
    run.kernel = path("missing");
    EXPECT_THAT(refusal(run), StartsWith("cannot open kernel '" + path("missing") + "'"));
    run.kernel = write("text", std::vector<std::byte>(100, std::byte{'a'}));
    EXPECT_THAT(refusal(run), HasSubstr("is not a RISC-V kernel"));
    run = options(ends_with(0x5555));
    run.initrd = path("missing");
    EXPECT_THAT(refusal(run), StartsWith("cannot open initrd '" + path("missing") + "'"));
    run.initrd.clear();
    run.dtb = path("text");
    EXPECT_THAT(refusal(run), HasSubstr("is not a flattened device tree"));
    run.dtb.clear();
    run.bios = path("missing");
    EXPECT_THAT(refusal(run), StartsWith("cannot open firmware '" + path("missing") + "'"));
}

TEST_F(RunSystem, ConsoleThatCannotBeWrittenIsNamed) {
    SystemRun run = options(ends_with(0x5555));
    run.serial = path("missing/console");
    EXPECT_THAT(refusal(run), StartsWith("cannot write the console to '"));
    run.serial = "unix:" + path("missing/socket");
    EXPECT_THAT(refusal(run), StartsWith("cannot make the socket '"));
    run.serial = path("console");
    run.dump_dtb = path("missing/board.dtb");
    EXPECT_THAT(refusal(run), StartsWith("cannot write '"));
}

TEST_F(RunSystem, MemoryThatIsTooSmallIsRefused) {
    SystemRun run = options(ends_with(0x5555));
    run.memory = 0x10000;
    EXPECT_THAT(refusal(run), HasSubstr("does not fit"));
}

}  // namespace
}  // namespace vm::cli
