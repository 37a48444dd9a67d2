// System calls that run another program, and those that wait for processes.

#include <cerrno>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "vm/user/executable.h"
#include "vm/user/host_environment.h"
#include "vm/user/syscalls.h"
#include "vm/user/sysroot.h"

namespace vm::user::sys {
namespace {

// Of arguments and environment together (ARG_MAX with the usual stack).
constexpr std::size_t kMostBytes = std::size_t{2} << 20;

// An array of addresses of strings, with a zero behind the last one.
Checked<std::vector<std::string>> strings(const Kernel& kernel, std::uint64_t array, std::size_t& bytes) {
    std::vector<std::string> found;
    for (; array != 0; array += sizeof(std::uint64_t)) {
        const auto address = kernel.memory.get<std::uint64_t>(array);
        if (not address) {
            return tl::unexpected(address.error());
        }
        if (*address == 0) {
            break;
        }
        auto text = kernel.memory.string(*address, kMostBytes - bytes);
        if (not text) {
            return tl::unexpected<SysValue>(text.error() == -ENAMETOOLONG ? -E2BIG : text.error());
        }
        bytes += text->size() + 1 + sizeof(std::uint64_t);
        if (bytes >= kMostBytes) {
            return tl::unexpected<SysValue>(-E2BIG);
        }
        found.push_back(std::move(*text));
    }
    return found;
}

std::vector<const char*> pointers(const std::vector<std::string>& strings) {
    std::vector<const char*> all;
    for (const std::string& text : strings) {
        all.push_back(text.c_str());
    }
    all.push_back(nullptr);
    return all;
}

// The host process runs vm again: descriptors, ignored signals and the mask are handed on by the host's own
// execve, which also ends the other threads.
SysValue execute(Kernel& kernel, const std::string& path, const SysArgs& a) {
    if (kernel.process.command.empty()) {
        return -ENOSYS;
    }
    std::size_t bytes = 0;
    const auto arguments = strings(kernel, a[1], bytes);
    if (not arguments) {
        return arguments.error();
    }
    const auto environment = strings(kernel, a[2], bytes);
    if (not environment) {
        return environment.error();
    }
    const std::string& sysroot = kernel.process.sysroot;
    const auto found = find_executable(in_sysroot(sysroot, path), path, *arguments, sysroot);
    if (not found) {
        return found.error();
    }
    const HandedOn handed{
        .child = kernel.child,
        .instructions_left = kernel.instructions_left ? kernel.instructions_left() : std::nullopt};
    const auto command = command_line(kernel.process.command, *found, handed);
    const auto variables = to_host_environment(*environment);
    return kernel.host_signals.call(SYS_execve, "/proc/self/exe", pointers(command).data(),
                                    pointers(variables).data());
}

// The path that a descriptor stands for.
std::string path_of(int descriptor) {
    std::string target(4096, '\0');
    const ssize_t length =
        ::readlink(fmt::format("/proc/self/fd/{}", descriptor).c_str(), target.data(), target.size());
    target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return target;
}

bool is_link(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 and S_ISLNK(status.st_mode);
}

}  // namespace

SysValue execve(Kernel& kernel, const SysArgs& a) {
    const auto path = path_argument(kernel, a[0]);
    return path ? execute(kernel, *path, a) : path.error();
}

SysValue execveat(Kernel& kernel, const SysArgs& a) {
    const int flags = as_int(a[4]);
    if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) != 0) {
        return -EINVAL;
    }
    auto path = path_argument(kernel, a[1]);
    if (not path) {
        return path.error();
    }
    if (path->empty() and (flags & AT_EMPTY_PATH) == 0) {
        return -ENOENT;
    }
    if (not path->starts_with('/') and as_int(a[0]) != AT_FDCWD) {
        const std::string folder = path_of(as_int(a[0]));
        if (folder.empty()) {
            return -EBADF;
        }
        *path = path->empty() ? folder : folder + "/" + *path;
    }
    if ((flags & AT_SYMLINK_NOFOLLOW) != 0 and is_link(in_sysroot(kernel.process.sysroot, *path))) {
        return -ELOOP;
    }
    return execute(kernel, *path, {a[1], a[2], a[3]});
}

// The kernel writes an int and a struct rusage, which is made of 64-bit numbers on both sides.
SysValue wait4(Kernel& kernel, const SysArgs& a) {
    int status = 0;
    struct rusage usage {};
    const SysValue result = kernel.host_signals.call(SYS_wait4, as_int(a[0]), &status, as_int(a[2]), &usage);
    if (result > 0 and ((a[1] != 0 and kernel.memory.put(a[1], status) != 0) or
                        (a[3] != 0 and kernel.memory.put(a[3], usage) != 0))) {
        return -EFAULT;
    }
    return result;
}

// siginfo_t of a child is the same on both sides. Without a child to tell of it is zero, and no usage is.
SysValue waitid(Kernel& kernel, const SysArgs& a) {
    siginfo_t info{};
    struct rusage usage {};
    const SysValue result =
        kernel.host_signals.call(SYS_waitid, as_int(a[0]), as_int(a[1]), &info, as_int(a[3]), &usage);
    const bool found = info.si_signo != 0;
    if (result == 0 and ((a[2] != 0 and kernel.memory.put(a[2], info) != 0) or
                         (found and a[4] != 0 and kernel.memory.put(a[4], usage) != 0))) {
        return -EFAULT;
    }
    return result;
}

}  // namespace vm::user::sys
