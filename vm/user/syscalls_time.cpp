// System calls that tell the time or wait for it.

#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>

#include <time.h>

#include "vm/user/linux_abi.h"
#include "vm/user/syscalls.h"

namespace vm::user::sys {
namespace {

static_assert(sizeof(struct timeval) == 16 and sizeof(struct itimerval) == 32 and sizeof(struct tms) == 32);

// A host call that fills one structure which looks the same on both sides.
template <class Structure, class... Args>
SysValue filled(Kernel& kernel, std::uint64_t address, long number, Args... arguments) {
    Structure out{};
    const SysValue result = host_call(number, arguments..., &out);
    if (result < 0 or address == 0) {
        return result;
    }
    const SysValue failed = kernel.memory.put(address, out);
    return failed != 0 ? failed : result;
}

SysValue sleep(Kernel& kernel, int clock, int flags, std::uint64_t request_address,
               std::uint64_t rest_address) {
    const auto request = kernel.memory.get<abi::Timespec>(request_address);
    if (not request) {
        return request.error();
    }
    // Of a sleep that is cut short before it began everything is left.
    abi::Timespec rest = *request;
    const SysValue result = kernel.host_signals.call(SYS_clock_nanosleep, clock, flags, &*request, &rest);
    const bool relative = (flags & TIMER_ABSTIME) == 0;
    if ((result == kRestart or result == -EINTR) and relative and rest_address != 0 and
        kernel.memory.put(rest_address, rest) != 0) {
        return -EFAULT;
    }
    return result == kRestart ? kRestartNever : result;
}

}  // namespace

SysValue clock_gettime(Kernel& kernel, const SysArgs& a) {
    abi::Timespec now{};
    // Through libc, whose vDSO needs no system call.
    if (::clock_gettime(as_int(a[0]), reinterpret_cast<struct timespec*>(&now)) != 0) {
        return -errno;
    }
    return kernel.memory.put(a[1], now);
}

SysValue clock_getres(Kernel& kernel, const SysArgs& a) {
    return filled<abi::Timespec>(kernel, a[1], SYS_clock_getres, as_int(a[0]));
}

SysValue clock_nanosleep(Kernel& kernel, const SysArgs& a) {
    return sleep(kernel, as_int(a[0]), as_int(a[1]), a[2], a[3]);
}

SysValue nanosleep(Kernel& kernel, const SysArgs& a) { return sleep(kernel, CLOCK_MONOTONIC, 0, a[0], a[1]); }

SysValue gettimeofday(Kernel& kernel, const SysArgs& a) {
    struct timeval now {};
    struct timezone zone {};
    if (::syscall(SYS_gettimeofday, &now, &zone) != 0) {
        return -errno;
    }
    const bool failed = (a[0] != 0 and kernel.memory.put(a[0], now) != 0) or
                        (a[1] != 0 and kernel.memory.put(a[1], zone) != 0);
    return failed ? -EFAULT : 0;
}

SysValue times(Kernel& kernel, const SysArgs& a) { return filled<struct tms>(kernel, a[0], SYS_times); }

SysValue getitimer(Kernel& kernel, const SysArgs& a) {
    return a[1] == 0 ? -EFAULT : filled<struct itimerval>(kernel, a[1], SYS_getitimer, as_int(a[0]));
}

SysValue setitimer(Kernel& kernel, const SysArgs& a) {
    struct itimerval wanted {};  // a null pointer stops the timer
    if (a[1] != 0) {
        const auto given = kernel.memory.get<struct itimerval>(a[1]);
        if (not given) {
            return given.error();
        }
        wanted = *given;
    }
    return filled<struct itimerval>(kernel, a[2], SYS_setitimer, as_int(a[0]), &wanted);
}

}  // namespace vm::user::sys
