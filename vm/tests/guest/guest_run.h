#pragma once

// For tests: runs a program of this folder under vm or another emulator as a child process.

#include <array>
#include <cstdlib>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace vm::tests {

struct GuestRun {
    int exit_code = -1;  // 128 + signal when a signal ended the child
    std::string output;
    std::string errors;
};

struct GuestInput {
    std::vector<std::string> command;
    std::string standard_input;
    std::vector<std::string> environment;  // in place of ours
};

inline std::string guest_program(const std::string& name) { return std::string(GUEST_PROGRAMS "/") + name; }

namespace detail {

inline std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> out;
    for (std::string& text : strings) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

// Reads both ends to their end, so that neither can fill up and block the child.
inline void drain(int output_fd, int error_fd, GuestRun& run) {
    std::array<pollfd, 2> ends = {pollfd{output_fd, POLLIN, 0}, pollfd{error_fd, POLLIN, 0}};
    int open = 2;
    while (open > 0 and ::poll(ends.data(), ends.size(), -1) > 0) {
        for (std::size_t index = 0; index < ends.size(); ++index) {
            if (ends[index].revents == 0) {
                continue;
            }
            std::array<char, 4096> buffer;
            const ssize_t got = ::read(ends[index].fd, buffer.data(), buffer.size());
            if (got <= 0) {
                ends[index].fd = -1;
                --open;
            } else {
                (index == 0 ? run.output : run.errors).append(buffer.data(), static_cast<std::size_t>(got));
            }
        }
    }
}

}  // namespace detail

inline GuestRun run_command(GuestInput input) {
    std::array<int, 2> in{}, out{}, err{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 or ::pipe2(out.data(), O_CLOEXEC) != 0 or
        ::pipe2(err.data(), O_CLOEXEC) != 0) {
        return {};
    }
    auto arguments = detail::pointers(input.command);
    auto environment = detail::pointers(input.environment);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(in[0], 0);
        ::dup2(out[1], 1);
        ::dup2(err[1], 2);
        ::execve(arguments[0], arguments.data(), environment.data());
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    ::close(err[1]);
    // Inputs of these tests fit the pipe.
    static_cast<void>(::write(in[1], input.standard_input.data(), input.standard_input.size()) != 0);
    ::close(in[1]);
    GuestRun run;
    detail::drain(out[0], err[0], run);
    ::close(out[0]);
    ::close(err[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    run.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return run;
}

// vm user, with the options of GUEST_TEST_OPTIONS: the tests are run once for each engine.
inline std::vector<std::string> vm_user() {
    std::vector<std::string> command = {VM_PROGRAM, "user"};
    const char* const options = std::getenv("GUEST_TEST_OPTIONS");
    std::istringstream words(options != nullptr ? options : "");
    for (std::string word; words >> word;) {
        command.push_back(word);
    }
    return command;
}

// vm user OPTIONS... PROGRAM ARGUMENTS...
inline GuestRun run_guest(const std::string& name, const std::vector<std::string>& arguments = {},
                          const std::vector<std::string>& options = {}) {
    GuestInput input{.command = vm_user(), .standard_input = {}, .environment = {"GUEST_TEST_VARIABLE=set"}};
    input.command.insert(input.command.end(), options.begin(), options.end());
    input.command.push_back(guest_program(name));
    input.command.insert(input.command.end(), arguments.begin(), arguments.end());
    return run_command(std::move(input));
}

inline constexpr const char* kQemu = "/usr/bin/qemu-riscv64";

inline bool qemu_installed() { return ::access(kQemu, X_OK) == 0; }

inline GuestRun run_qemu(const std::string& name, const std::vector<std::string>& arguments = {}) {
    GuestInput input{.command = {kQemu, guest_program(name)},
                     .standard_input = {},
                     .environment = {"GUEST_TEST_VARIABLE=set"}};
    input.command.insert(input.command.end(), arguments.begin(), arguments.end());
    return run_command(std::move(input));
}

}  // namespace vm::tests
