// System calls on paths and on what stands in an inode.

#include <algorithm>
#include <cstring>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <fcntl.h>
#include <fmt/format.h>

#include "vm/user/linux_abi.h"
#include "vm/user/syscalls.h"
#include "vm/user/sysroot.h"

namespace vm::user {
namespace {

bool names_own_executable(const std::string& path) {
    return path == "/proc/self/exe" or path == fmt::format("/proc/{}/exe", ::getpid());
}

}  // namespace

Checked<std::string> path_argument(const Kernel& kernel, std::uint64_t address) {
    auto path = kernel.memory.string(address);
    if (path and names_own_executable(*path)) {
        return kernel.process.executable;
    }
    return path;
}

Checked<std::string> lookup_argument(const Kernel& kernel, std::uint64_t address) {
    auto path = kernel.memory.string(address);
    if (path) {
        *path = names_own_executable(*path) ? kernel.process.executable
                                            : in_sysroot(kernel.process.sysroot, *path);
    }
    return path;
}

namespace sys {
namespace {

abi::Stat translate(const struct stat& host) {
    abi::Stat guest{};
    guest.device = host.st_dev;
    guest.inode = host.st_ino;
    guest.mode = host.st_mode;
    guest.links = static_cast<std::uint32_t>(host.st_nlink);
    guest.user = host.st_uid;
    guest.group = host.st_gid;
    guest.represented_device = host.st_rdev;
    guest.size = host.st_size;
    guest.block_size = static_cast<std::int32_t>(host.st_blksize);
    guest.blocks = host.st_blocks;
    guest.access_seconds = host.st_atim.tv_sec;
    guest.access_nanoseconds = static_cast<std::uint64_t>(host.st_atim.tv_nsec);
    guest.modify_seconds = host.st_mtim.tv_sec;
    guest.modify_nanoseconds = static_cast<std::uint64_t>(host.st_mtim.tv_nsec);
    guest.change_seconds = host.st_ctim.tv_sec;
    guest.change_nanoseconds = static_cast<std::uint64_t>(host.st_ctim.tv_nsec);
    return guest;
}

SysValue put_stat(Kernel& kernel, std::uint64_t address, int failed, const struct stat& status) {
    return failed != 0 ? -errno : kernel.memory.put(address, translate(status));
}

// A call of one path (argument `at`), made with the guest's path replaced by ours.
template <class Call>
SysValue with_path(const Kernel& kernel, std::uint64_t address, Call call) {
    const auto path = path_argument(kernel, address);
    return path ? call(path->c_str()) : path.error();
}

// The same for calls that look at what is there already, which the sysroot has first.
template <class Call>
SysValue with_lookup(const Kernel& kernel, std::uint64_t address, Call call) {
    const auto path = lookup_argument(kernel, address);
    return path ? call(path->c_str()) : path.error();
}

template <class Call>
SysValue with_paths(const Kernel& kernel, std::uint64_t first, std::uint64_t second, Call call) {
    const auto from = path_argument(kernel, first);
    const auto to = path_argument(kernel, second);
    return from and to ? call(from->c_str(), to->c_str()) : from ? to.error() : from.error();
}

}  // namespace

SysValue openat(Kernel& kernel, const SysArgs& a) {
    return with_lookup(kernel, a[1], [&](const char* path) {
        return kernel.host_signals.call(SYS_openat, as_int(a[0]), path, as_int(a[2]), a[3]);
    });
}

SysValue newfstatat(Kernel& kernel, const SysArgs& a) {
    return with_lookup(kernel, a[1], [&](const char* path) {
        struct stat status {};
        const int failed = ::fstatat(as_int(a[0]), path, &status, as_int(a[3]));
        return put_stat(kernel, a[2], failed, status);
    });
}

SysValue fstat(Kernel& kernel, const SysArgs& a) {
    struct stat status {};
    const int failed = ::fstat(as_int(a[0]), &status);
    return put_stat(kernel, a[1], failed, status);
}

SysValue statx(Kernel& kernel, const SysArgs& a) {
    // struct statx is the same everywhere.
    const auto out = kernel.memory.writable(a[4], sizeof(struct statx));
    if (not out) {
        return out.error();
    }
    return with_lookup(kernel, a[1], [&](const char* path) {
        return host_call(SYS_statx, as_int(a[0]), path, as_int(a[2]), a[3], out->data());
    });
}

SysValue readlinkat(Kernel& kernel, const SysArgs& a) {
    const int size = as_int(a[3]);
    if (size <= 0) {
        return -EINVAL;
    }
    const auto asked = kernel.memory.string(a[1]);
    if (not asked) {
        return asked.error();
    }
    const auto out = kernel.memory.writable_prefix(a[2], static_cast<std::uint64_t>(size));
    if (out.empty()) {
        return -EFAULT;
    }
    if (not names_own_executable(*asked)) {
        const std::string path = in_sysroot(kernel.process.sysroot, *asked);
        return host_call(SYS_readlinkat, as_int(a[0]), path.c_str(), out.data(), out.size());
    }
    const std::string& target = kernel.process.executable;
    const std::size_t length = std::min(out.size(), target.size());
    std::memcpy(out.data(), target.data(), length);
    return static_cast<SysValue>(length);
}

SysValue faccessat(Kernel& kernel, const SysArgs& a) {
    return with_lookup(kernel, a[1], [&](const char* path) {
        return host_call(SYS_faccessat, as_int(a[0]), path, as_int(a[2]));
    });
}

SysValue faccessat2(Kernel& kernel, const SysArgs& a) {
    return with_lookup(kernel, a[1], [&](const char* path) {
        return host_call(SYS_faccessat2, as_int(a[0]), path, as_int(a[2]), as_int(a[3]));
    });
}

SysValue unlinkat(Kernel& kernel, const SysArgs& a) {
    return with_path(kernel, a[1], [&](const char* path) {
        return host_call(SYS_unlinkat, as_int(a[0]), path, as_int(a[2]));
    });
}

SysValue mkdirat(Kernel& kernel, const SysArgs& a) {
    return with_path(kernel, a[1],
                     [&](const char* path) { return host_call(SYS_mkdirat, as_int(a[0]), path, a[2]); });
}

SysValue symlinkat(Kernel& kernel, const SysArgs& a) {
    return with_paths(kernel, a[0], a[2], [&](const char* target, const char* path) {
        return host_call(SYS_symlinkat, target, as_int(a[1]), path);
    });
}

SysValue linkat(Kernel& kernel, const SysArgs& a) {
    return with_paths(kernel, a[1], a[3], [&](const char* from, const char* to) {
        return host_call(SYS_linkat, as_int(a[0]), from, as_int(a[2]), to, as_int(a[4]));
    });
}

SysValue renameat2(Kernel& kernel, const SysArgs& a) {
    return with_paths(kernel, a[1], a[3], [&](const char* from, const char* to) {
        return host_call(SYS_renameat2, as_int(a[0]), from, as_int(a[2]), to, a[4]);
    });
}

SysValue truncate(Kernel& kernel, const SysArgs& a) {
    return with_path(kernel, a[0], [&](const char* path) { return host_call(SYS_truncate, path, a[1]); });
}

SysValue fchmodat(Kernel& kernel, const SysArgs& a) {
    return with_path(kernel, a[1],
                     [&](const char* path) { return host_call(SYS_fchmodat, as_int(a[0]), path, a[2]); });
}

SysValue fchownat(Kernel& kernel, const SysArgs& a) {
    return with_path(kernel, a[1], [&](const char* path) {
        return host_call(SYS_fchownat, as_int(a[0]), path, a[2], a[3], as_int(a[4]));
    });
}

SysValue utimensat(Kernel& kernel, const SysArgs& a) {
    const std::byte* times = nullptr;
    if (a[2] != 0) {
        const auto both = kernel.memory.readable(a[2], 2 * sizeof(abi::Timespec));
        if (not both) {
            return both.error();
        }
        times = both->data();
    }
    if (a[1] == 0) {  // futimens: the descriptor itself
        return host_call(SYS_utimensat, as_int(a[0]), nullptr, times, as_int(a[3]));
    }
    return with_path(kernel, a[1], [&](const char* path) {
        return host_call(SYS_utimensat, as_int(a[0]), path, times, as_int(a[3]));
    });
}

SysValue chdir(Kernel& kernel, const SysArgs& a) {
    return with_path(kernel, a[0], [&](const char* path) { return host_call(SYS_chdir, path); });
}

SysValue getcwd(Kernel& kernel, const SysArgs& a) {
    const auto out = kernel.memory.writable(a[0], std::min<std::uint64_t>(a[1], PATH_MAX));
    return out ? host_call(SYS_getcwd, out->data(), out->size()) : out.error();
}

SysValue umask(Kernel&, const SysArgs& a) { return host_call(SYS_umask, a[0]); }

SysValue statfs(Kernel& kernel, const SysArgs& a) {
    // struct statfs of asm-generic is that of x86-64.
    static_assert(sizeof(struct statfs) == 120);
    const auto out = kernel.memory.writable(a[1], sizeof(struct statfs));
    if (not out) {
        return out.error();
    }
    return with_lookup(kernel, a[0],
                       [&](const char* path) { return host_call(SYS_statfs, path, out->data()); });
}

SysValue fstatfs(Kernel& kernel, const SysArgs& a) {
    const auto out = kernel.memory.writable(a[1], sizeof(struct statfs));
    return out ? host_call(SYS_fstatfs, as_int(a[0]), out->data()) : out.error();
}

}  // namespace sys
}  // namespace vm::user
