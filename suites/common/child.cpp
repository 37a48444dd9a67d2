#include "suites/common/child.h"

#include <cerrno>
#include <cstring>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include "suites/common/memory_file.h"

namespace suites::common {
namespace {

std::chrono::nanoseconds duration(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

int spawn(pid_t& child, const std::vector<std::string>& command, const MemoryFile& output,
          const MemoryFile& messages) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output.descriptor(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, messages.descriptor(), STDERR_FILENO);
    const int reason =
        ::posix_spawn(&child, command[0].c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    return reason;
}

}  // namespace

tl::expected<ChildResult, std::string> run_child(const std::vector<std::string>& command) {
    const MemoryFile output;  // of any length: nobody has to read while it runs
    const MemoryFile messages;
    pid_t child = 0;
    if (const int reason = spawn(child, command, output, messages); reason != 0) {
        return tl::unexpected(fmt::format("cannot start '{}': {}", command[0], std::strerror(reason)));
    }
    int status = 0;
    rusage usage{};
    while (::wait4(child, &status, 0, &usage) == -1) {
        if (errno != EINTR) {
            return tl::unexpected(fmt::format("cannot wait for '{}': {}", command[0], std::strerror(errno)));
        }
    }
    return ChildResult{.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
                       .output = output.text(),
                       .messages = messages.text(),
                       .cpu_time = duration(usage.ru_utime) + duration(usage.ru_stime)};
}

}  // namespace suites::common
