// System calls that describe the machine.

#include <algorithm>
#include <cstring>
#include <string_view>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "vm/user/landing.h"
#include "vm/user/linux_abi.h"
#include "vm/user/syscalls.h"

namespace vm::user::sys {
namespace {

// Documentation/riscv/hwprobe.rst
namespace probe {
constexpr std::int64_t kVendor = 0, kArchitecture = 1, kImplementation = 2, kBaseBehavior = 3,
                       kExtensions = 4, kPerformance = 5;
constexpr std::uint64_t kBaseIma = 1;
constexpr std::uint64_t kFd = 1U << 0, kC = 1U << 1, kZba = 1U << 3, kZbb = 1U << 4, kZbs = 1U << 5,
                        kZbc = 1U << 7;
constexpr std::uint64_t kZicond = std::uint64_t{1} << 35;
constexpr std::uint64_t kMisalignedFast = 3;
}  // namespace probe

abi::HardwareProbe answer(std::int64_t key) {
    switch (key) {
        case probe::kVendor:
        case probe::kArchitecture:
        case probe::kImplementation:
            return {key, 0};
        case probe::kBaseBehavior:
            return {key, probe::kBaseIma};
        case probe::kExtensions:
            return {key, probe::kFd | probe::kC | probe::kZba | probe::kZbb | probe::kZbs | probe::kZbc |
                             probe::kZicond};
        case probe::kPerformance:
            return {key, probe::kMisalignedFast};
        default:
            return {-1, 0};  // the kernel's answer to a key it does not know
    }
}

// Copies a string that may have to be cut; the rest stays zero.
void set_text(std::array<char, 65>& to, std::string_view from) { from.copy(to.data(), to.size() - 1); }

}  // namespace

SysValue uname(Kernel& kernel, const SysArgs& a) {
    struct utsname host {};
    if (::uname(&host) != 0) {
        return -errno;
    }
    abi::UtsName guest{};
    set_text(guest.system, "Linux");
    set_text(guest.node, host.nodename);
    set_text(guest.release, host.release);
    set_text(guest.version, host.version);
    set_text(guest.machine, "riscv64");
    set_text(guest.domain, host.domainname);
    return kernel.memory.put(a[0], guest);
}

SysValue sysinfo(Kernel& kernel, const SysArgs& a) {
    struct sysinfo info {};
    return ::sysinfo(&info) != 0 ? -errno : kernel.memory.put(a[0], info);
}

SysValue getrandom(Kernel& kernel, const SysArgs& a) {
    const auto out = kernel.memory.writable(a[0], a[1]);
    if (not out) {
        return out.error();
    }
    Landing landing(kernel, *out);
    const auto to = landing.bytes();
    const SysValue result = kernel.host_signals.call(SYS_getrandom, to.data(), to.size(), a[2]);
    const SysValue landed = landing.land(result > 0 ? static_cast<std::uint64_t>(result) : 0);
    return landed != 0 ? landed : result;
}

SysValue getcpu(Kernel& kernel, const SysArgs& a) {
    unsigned cpu = 0;
    unsigned node = 0;
    const SysValue failed = host_call(SYS_getcpu, &cpu, &node, nullptr);
    if (failed != 0) {
        return failed;
    }
    const bool bad = (a[0] != 0 and kernel.memory.put(a[0], cpu) != 0) or
                     (a[1] != 0 and kernel.memory.put(a[1], node) != 0);
    return bad ? -EFAULT : 0;
}

SysValue riscv_hwprobe(Kernel& kernel, const SysArgs& a) {
    constexpr std::uint64_t kMostPairs = 1 << 16;
    if (a[4] != 0 or a[1] > kMostPairs) {
        return -EINVAL;
    }
    if (a[2] != 0 or a[3] != 0) {
        // A set of harts: ours are all alike, but an empty set is an error.
        const auto set = kernel.memory.readable(a[3], std::min<std::uint64_t>(a[2], 1024));
        if (not set) {
            return set.error();
        }
        if (std::all_of(set->begin(), set->end(), [](std::byte byte) { return byte == std::byte{0}; })) {
            return -EINVAL;
        }
    }
    for (std::uint64_t index = 0; index < a[1]; ++index) {
        const std::uint64_t address = a[0] + index * sizeof(abi::HardwareProbe);
        const auto asked = kernel.memory.get<abi::HardwareProbe>(address);
        if (not asked or kernel.memory.put(address, answer(asked->key)) != 0) {
            return -EFAULT;
        }
    }
    return 0;
}

}  // namespace vm::user::sys
