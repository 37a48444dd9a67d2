// System calls on the process itself: identity, limits.

#include <algorithm>
#include <mutex>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "vm/base/write_text.h"
#include "vm/user/initial_stack.h"
#include "vm/user/linux_abi.h"
#include "vm/user/syscalls.h"

namespace vm::user {

void say(const Kernel& kernel, const std::string& line) {
    static_cast<void>(write_text(kernel.process.diagnostics_fd, "vm: " + line + "\n"));
}

namespace sys {
namespace {

// Limits whose effect on the host would be one on vm: they are kept, not passed on.
rlimit* own_limit(Kernel& kernel, int resource) {
    switch (resource) {
        case RLIMIT_DATA:
            return &(*kernel.own_limits)[0];
        case RLIMIT_STACK:
            return &(*kernel.own_limits)[1];
        case RLIMIT_AS:
            return &(*kernel.own_limits)[2];
        default:
            return nullptr;
    }
}

// Either address may be 0. struct rlimit is two 64-bit numbers on both sides.
SysValue limits(Kernel& kernel, int resource, std::uint64_t new_address, std::uint64_t old_address) {
    rlimit wanted{};
    rlimit before{};
    if (new_address != 0) {
        const auto given = kernel.memory.get<rlimit>(new_address);
        if (not given) {
            return given.error();
        }
        wanted = *given;
        if (wanted.rlim_cur > wanted.rlim_max) {
            return -EINVAL;
        }
    }
    if (rlimit* own = own_limit(kernel, resource)) {
        const std::lock_guard lock(kernel.process.limits);
        before = *own;
        if (new_address != 0 and wanted.rlim_max > before.rlim_max) {
            return -EPERM;
        }
        *own = new_address != 0 ? wanted : before;
    } else {
        const SysValue failed =
            host_call(SYS_prlimit64, 0, resource, new_address != 0 ? &wanted : nullptr, &before);
        if (failed != 0) {
            return failed;
        }
    }
    return old_address != 0 ? kernel.memory.put(old_address, before) : 0;
}

// Up to three 32-bit ids to three addresses.
SysValue put_ids(Kernel& kernel, const SysArgs& a, const std::array<std::uint32_t, 3>& ids) {
    for (std::size_t index = 0; index < ids.size(); ++index) {
        if (kernel.memory.put(a[index], ids[index]) != 0) {
            return -EFAULT;
        }
    }
    return 0;
}

}  // namespace

SysValue getpid(Kernel&, const SysArgs&) { return ::getpid(); }
SysValue getppid(Kernel&, const SysArgs&) { return ::getppid(); }
SysValue getuid(Kernel&, const SysArgs&) { return ::getuid(); }
SysValue geteuid(Kernel&, const SysArgs&) { return ::geteuid(); }
SysValue getgid(Kernel&, const SysArgs&) { return ::getgid(); }
SysValue getegid(Kernel&, const SysArgs&) { return ::getegid(); }
SysValue getpgid(Kernel&, const SysArgs& a) { return host_call(SYS_getpgid, as_int(a[0])); }
SysValue setpgid(Kernel&, const SysArgs& a) { return host_call(SYS_setpgid, as_int(a[0]), as_int(a[1])); }
SysValue getsid(Kernel&, const SysArgs& a) { return host_call(SYS_getsid, as_int(a[0])); }
SysValue setsid(Kernel&, const SysArgs&) { return host_call(SYS_setsid); }

SysValue getresuid(Kernel& kernel, const SysArgs& a) {
    uid_t real = 0, effective = 0, saved = 0;
    return ::getresuid(&real, &effective, &saved) != 0 ? -errno
                                                       : put_ids(kernel, a, {real, effective, saved});
}

SysValue getresgid(Kernel& kernel, const SysArgs& a) {
    gid_t real = 0, effective = 0, saved = 0;
    return ::getresgid(&real, &effective, &saved) != 0 ? -errno
                                                       : put_ids(kernel, a, {real, effective, saved});
}

SysValue getgroups(Kernel& kernel, const SysArgs& a) {
    const int count = as_int(a[0]);
    if (count < 0 or count > 65536) {
        return -EINVAL;
    }
    const auto out = kernel.memory.writable(a[1], static_cast<std::uint64_t>(count) * sizeof(gid_t));
    return out ? host_call(SYS_getgroups, count, out->data()) : out.error();
}

SysValue prlimit64(Kernel& kernel, const SysArgs& a) {
    const int process = as_int(a[0]);
    if (process != 0 and process != ::getpid()) {
        return -EPERM;
    }
    return limits(kernel, as_int(a[1]), a[2], a[3]);
}

SysValue getrlimit(Kernel& kernel, const SysArgs& a) {
    return a[1] == 0 ? -EFAULT : limits(kernel, as_int(a[0]), 0, a[1]);
}

SysValue setrlimit(Kernel& kernel, const SysArgs& a) {
    return a[1] == 0 ? -EFAULT : limits(kernel, as_int(a[0]), a[1], 0);
}

SysValue prctl(Kernel& kernel, const SysArgs& a) {
    constexpr std::uint64_t kNameSize = 16;
    switch (as_int(a[0])) {
        case PR_SET_NAME: {
            const auto name = kernel.memory.readable_prefix(a[1], kNameSize);
            if (name.size() < kNameSize and std::find(name.begin(), name.end(), std::byte{0}) == name.end()) {
                return -EFAULT;
            }
            return host_call(SYS_prctl, PR_SET_NAME, name.data());
        }
        case PR_GET_NAME: {
            const auto name = kernel.memory.writable(a[1], kNameSize);
            return name ? host_call(SYS_prctl, PR_GET_NAME, name->data()) : name.error();
        }
        case PR_GET_DUMPABLE:
        case PR_SET_DUMPABLE:
        case PR_GET_NO_NEW_PRIVS:
        case PR_SET_NO_NEW_PRIVS:
            return host_call(SYS_prctl, as_int(a[0]), a[1], a[2], a[3], a[4]);
        default:
            return -EINVAL;
    }
}

SysValue getrusage(Kernel& kernel, const SysArgs& a) {
    // struct rusage is made of 64-bit numbers on both sides.
    const auto out = kernel.memory.writable(a[1], sizeof(struct rusage));
    return out ? host_call(SYS_getrusage, as_int(a[0]), out->data()) : out.error();
}

}  // namespace sys
}  // namespace vm::user
