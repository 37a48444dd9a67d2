#include "vm/user/executable.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include "vm/base/elf_file.h"
#include "vm/user/sysroot.h"

namespace vm::user {
namespace {

constexpr std::size_t kFirstLine = 256;  // of a script, as far as it is read (BINPRM_BUF_SIZE)
constexpr int kMostScripts = 5;          // one running the other
constexpr std::string_view kBlanks = " \t";

Checked<std::string> first_bytes(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        return tl::unexpected<SysValue>(-errno);
    }
    if (not S_ISREG(status.st_mode) or ::access(path.c_str(), X_OK) != 0) {
        return tl::unexpected<SysValue>(-EACCES);
    }
    // Other threads may execute programs meanwhile, which are not to inherit it.
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return tl::unexpected<SysValue>(-errno);
    }
    std::string bytes(kFirstLine, '\0');
    const ssize_t length = ::read(file, bytes.data(), bytes.size());
    const int reason = errno;
    ::close(file);
    if (length < 0) {
        return tl::unexpected<SysValue>(-reason);
    }
    bytes.resize(static_cast<std::size_t>(length));
    return bytes;
}

// What stands behind "#!": an interpreter and at most one argument, which may hold blanks. Nothing where the
// interpreter's path goes on behind what was read: another one might have the name that is left.
// (load_script() of fs/binfmt_script.c)
std::vector<std::string> script_command(std::string_view bytes) {
    const bool ends = bytes.find('\n') != std::string_view::npos or bytes.size() < kFirstLine;
    std::string_view line = bytes.substr(2, std::min(bytes.find('\n'), bytes.size()) - 2);
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (not ends and line.find_first_of(kBlanks) == std::string_view::npos) {
        return {};
    }
    line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
    if (line.empty()) {
        return {};
    }
    const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
    std::vector<std::string> command = {std::string(line.substr(0, end))};
    const std::size_t argument = line.find_first_not_of(kBlanks, end);
    if (argument != std::string_view::npos) {
        command.emplace_back(line.substr(argument));
    }
    return command;
}

}  // namespace

Checked<Executable> find_executable(const std::string& path, const std::string& name,
                                    std::vector<std::string> arguments, const std::string& sysroot) {
    Executable found{path, std::move(arguments)};
    std::string called = name;
    for (int scripts = 0; scripts <= kMostScripts; ++scripts) {
        const auto bytes = first_bytes(found.path);
        if (not bytes) {
            return tl::unexpected(bytes.error());
        }
        if (not bytes->starts_with("#!")) {
            return ElfFile::open(found.path) ? Checked<Executable>(found)
                                             : tl::unexpected<SysValue>(-ENOEXEC);
        }
        std::vector<std::string> command = script_command(*bytes);
        if (command.empty()) {
            return tl::unexpected<SysValue>(-ENOEXEC);
        }
        const std::string interpreter = command.front();
        command.push_back(called);
        if (found.arguments.size() > 1) {
            command.insert(command.end(), found.arguments.begin() + 1, found.arguments.end());
        }
        found = {in_sysroot(sysroot, interpreter), std::move(command)};
        called = interpreter;
    }
    return tl::unexpected<SysValue>(-ELOOP);
}

std::vector<std::string> command_line(std::vector<std::string> command, const Executable& executable,
                                      const HandedOn& handed) {
    if (handed.child) {
        command.emplace_back("--child");
    }
    if (handed.instructions_left) {
        command.insert(command.end(), {"--max-instructions", std::to_string(*handed.instructions_left)});
    }
    const auto& [path, arguments] = executable;
    if (not arguments.empty()) {
        command.insert(command.end(), {"--argv0", arguments.front()});
    }
    // A file whose name looks like a flag must not be one.
    command.push_back(path.starts_with('-') ? "./" + path : path);
    if (arguments.size() > 1) {
        command.insert(command.end(), arguments.begin() + 1, arguments.end());
    }
    return command;
}

}  // namespace vm::user
