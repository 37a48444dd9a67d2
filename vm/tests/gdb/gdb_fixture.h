#pragma once

// For tests: a built vm that waits for gdb, and gdb.

#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/tests/guest/guest_run.h"

namespace vm::tests {

inline constexpr const char* kGdb = "/usr/bin/gdb-multiarch";

// A vm with these arguments that has said where it waits; killed at the end if it still runs.
class WaitingVm {
  public:
    explicit WaitingVm(std::vector<std::string> arguments) {
        std::array<int, 2> errors{};
        if (::pipe2(errors.data(), O_CLOEXEC) != 0) {
            return;
        }
        arguments.insert(arguments.begin(), VM_PROGRAM);
        const auto command = detail::pointers(arguments);
        child_ = ::fork();
        if (child_ == 0) {
            const int nothing = ::open("/dev/null", O_RDWR);
            ::dup2(nothing, 0);
            ::dup2(nothing, 1);
            ::dup2(errors[1], 2);
            ::execv(VM_PROGRAM, command.data());
            ::_exit(127);
        }
        ::close(errors[1]);
        errors_ = errors[0];
        char byte = 0;
        while (::read(errors_, &byte, 1) == 1 and byte != '\n') {
            line_ += byte;
        }
    }
    ~WaitingVm() {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
        ::close(errors_);
    }
    WaitingVm(const WaitingVm&) = delete;
    WaitingVm& operator=(const WaitingVm&) = delete;

    const std::string& first_line() const { return line_; }
    // 127.0.0.1:PORT
    std::string address() const { return line_.substr(line_.rfind(' ') + 1); }
    int wait() {
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    pid_t child_ = -1;
    int errors_ = -1;
    std::string line_;
};

class GdbTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (::access(kGdb, X_OK) != 0) {
            GTEST_SKIP() << "gdb-multiarch is not installed";
        }
    }

    // --gdb 0 is among the arguments.
    void start(std::vector<std::string> arguments) { vm_.emplace(std::move(arguments)); }

    // What gdb prints that knows this program, connects and carries out these commands.
    std::string run_gdb(const std::string& program, const std::vector<std::string>& commands) {
        std::vector<std::string> line{kGdb, "--batch", "--nx", guest_program(program)};
        std::vector<std::string> all{"set confirm off", "set pagination off", "set width 0",
                                     "target remote " + vm_->address()};
        all.insert(all.end(), commands.begin(), commands.end());
        for (const std::string& command : all) {
            line.push_back("-ex");
            line.push_back(command);
        }
        const GuestRun run = run_command(
            {.command = std::move(line), .standard_input = {}, .environment = {"HOME=/", "LC_ALL=C"}});
        return run.output + run.errors;
    }

    std::optional<WaitingVm> vm_;
};

}  // namespace vm::tests
