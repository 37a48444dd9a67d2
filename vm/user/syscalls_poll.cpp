// System calls that wait for descriptors.

#include <array>
#include <optional>
#include <sys/select.h>
#include <sys/syscall.h>

#include <poll.h>

#include "vm/user/landing.h"
#include "vm/user/linux_abi.h"
#include "vm/user/syscalls.h"

namespace vm::user::sys {
namespace {

// More descriptors than any host lets a process have.
constexpr std::uint64_t kMostDescriptors = 1 << 20;

// The time limit of a wait, in memory of ours: the kernel writes the rest of it back.
struct TimeLimit {
    abi::Timespec value{};
    bool given = false;
    abi::Timespec* pointer() { return given ? &value : nullptr; }
};

Checked<TimeLimit> time_limit(const AddressSpace& memory, std::uint64_t address) {
    if (address == 0) {
        return TimeLimit{};
    }
    const auto value = memory.get<abi::Timespec>(address);
    return value ? Checked<TimeLimit>(TimeLimit{*value, true}) : tl::unexpected(value.error());
}

// The rest of the time goes back to the guest; one that cannot be written is silently not, as in the kernel.
// Waits are never made again after a handler, whatever SA_RESTART says (signal(7)).
SysValue finish(Kernel& kernel, const TimeLimit& limit, std::uint64_t address, SysValue result) {
    if (limit.given and kernel.memory.writable(address, sizeof limit.value)) {
        kernel.memory.put(address, limit.value);
    }
    return result == kRestart ? kRestartNever : result;
}

}  // namespace

SysValue ppoll(Kernel& kernel, const SysArgs& a) {
    if (a[1] > kMostDescriptors or (a[3] != 0 and a[4] != sizeof(std::uint64_t))) {
        return -EINVAL;
    }
    const auto entries = kernel.memory.writable(a[0], a[1] * sizeof(struct pollfd));
    auto limit = time_limit(kernel.memory, a[2]);
    if (not entries or not limit) {
        return -EFAULT;
    }
    std::uint64_t mask = 0;
    if (a[3] != 0) {
        const auto given = kernel.memory.get<std::uint64_t>(a[3]);
        if (not given) {
            return given.error();
        }
        mask = host_set(*given);
    }
    Landing landing(kernel, *entries);
    if (landing.bytes().size() != entries->size()) {
        return -ENOMEM;
    }
    const SysValue result =
        kernel.host_signals.call(SYS_ppoll, landing.bytes().data(), a[1], limit->pointer(),
                                 a[3] != 0 ? &mask : nullptr, std::uint64_t{sizeof mask});
    if (const SysValue landed = landing.land(result >= 0 ? entries->size() : 0); landed != 0) {
        return landed;
    }
    return finish(kernel, *limit, a[2], result);
}

SysValue pselect6(Kernel& kernel, const SysArgs& a) {
    const int count = as_int(a[0]);
    if (count < 0 or static_cast<std::uint64_t>(count) > kMostDescriptors) {
        return -EINVAL;
    }
    const std::uint64_t bytes = (static_cast<std::uint64_t>(count) + 63) / 64 * 8;
    std::array<std::optional<Landing>, 3> sets{};
    for (std::size_t index = 0; index < 3; ++index) {
        if (a[1 + index] != 0) {
            const auto set = kernel.memory.writable(a[1 + index], bytes);
            if (not set) {
                return set.error();
            }
            sets[index].emplace(kernel, *set);
        }
    }
    auto limit = time_limit(kernel.memory, a[4]);
    if (not limit) {
        return limit.error();
    }
    std::uint64_t mask = 0;
    struct {
        const std::uint64_t* pointer = nullptr;
        std::uint64_t size = 0;
    } mask_argument;
    if (a[5] != 0) {
        const auto given = kernel.memory.get<std::array<std::uint64_t, 2>>(a[5]);
        if (not given) {
            return given.error();
        }
        if ((*given)[0] != 0) {
            const auto value = kernel.memory.get<std::uint64_t>((*given)[0]);
            if (not value) {
                return value.error();
            }
            mask = host_set(*value);
            mask_argument = {&mask, (*given)[1]};
        }
    }
    const auto data = [](std::optional<Landing>& set) { return set ? set->bytes().data() : nullptr; };
    const SysValue result =
        kernel.host_signals.call(SYS_pselect6, count, data(sets[0]), data(sets[1]), data(sets[2]),
                                 limit->pointer(), a[5] != 0 ? &mask_argument : nullptr);
    for (std::optional<Landing>& set : sets) {
        if (const SysValue landed = set and result >= 0 ? set->land(bytes) : 0; landed != 0) {
            return landed;
        }
    }
    return finish(kernel, *limit, a[4], result);
}

}  // namespace vm::user::sys
