// System calls on open files: data, offsets, descriptors.

#include <algorithm>
#include <span>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <vector>

#include <fcntl.h>

#include "vm/user/landing.h"
#include "vm/user/linux_abi.h"
#include "vm/user/syscalls.h"

namespace vm::user::sys {
namespace {

// The kernel moves at most this much in one call (MAX_RW_COUNT).
constexpr std::uint64_t kMostBytes = 0x7fff'f000;
constexpr std::uint64_t kMostVectors = 1024;  // UIO_MAXIOV

enum class Direction : std::uint8_t { from_guest, to_guest };

// Memory for one transfer, cut at the first page that does not grant it.
Checked<iovec> buffer(AddressSpace& memory, Direction direction, std::uint64_t address,
                      std::uint64_t length) {
    const std::uint64_t wanted = std::min(length, kMostBytes);
    iovec out{};
    if (direction == Direction::to_guest) {
        const auto bytes = memory.writable_prefix(address, wanted);
        out = {bytes.data(), bytes.size()};
    } else {
        const auto bytes = memory.readable_prefix(address, wanted);
        out = {const_cast<std::byte*>(bytes.data()), bytes.size()};
    }
    return out.iov_len != 0 or wanted == 0 ? Checked<iovec>(out) : tl::unexpected<SysValue>(-EFAULT);
}

Checked<std::vector<iovec>> buffers(AddressSpace& memory, Direction direction, std::uint64_t address,
                                    std::uint64_t count) {
    if (count > kMostVectors) {
        return tl::unexpected<SysValue>(-EINVAL);
    }
    std::vector<iovec> out;
    std::uint64_t total = 0;
    for (std::uint64_t index = 0; index < count; ++index) {
        struct GuestVector {
            std::uint64_t base, length;
        };
        const auto vector = memory.get<GuestVector>(address + index * sizeof(GuestVector));
        if (not vector) {
            return tl::unexpected(vector.error());
        }
        if (vector->length > INT64_MAX) {
            return tl::unexpected<SysValue>(-EINVAL);
        }
        const std::uint64_t wanted = std::min(vector->length, kMostBytes - total);
        const auto part = buffer(memory, direction, vector->base, wanted);
        if (not part) {
            // What lies before the bad address is still transferred.
            return total != 0 ? Checked<std::vector<iovec>>(out) : tl::unexpected(part.error());
        }
        out.push_back(*part);
        total += part->iov_len;
        if (part->iov_len < wanted) {
            break;
        }
    }
    return out;
}

SysValue transfer(Kernel& kernel, long number, Direction direction, const SysArgs& a) {
    const auto bytes = buffer(kernel.memory, direction, a[1], a[2]);
    if (not bytes) {
        return bytes.error();
    }
    if (direction == Direction::from_guest) {
        return kernel.host_signals.call(number, as_int(a[0]), bytes->iov_base, bytes->iov_len, a[3]);
    }
    Landing landing(kernel, {static_cast<std::byte*>(bytes->iov_base), bytes->iov_len});
    const auto to = landing.bytes();
    const SysValue result = kernel.host_signals.call(number, as_int(a[0]), to.data(), to.size(), a[3]);
    const SysValue landed = landing.land(result > 0 ? static_cast<std::uint64_t>(result) : 0);
    return landed != 0 ? landed : result;
}

// As many parts as can be kept aside where they have to be.
SysValue receive_vector(Kernel& kernel, long number, std::span<const iovec> parts, const SysArgs& a) {
    std::vector<Landing> landings;
    std::vector<iovec> host;
    std::uint64_t aside = 0;
    for (const iovec& part : parts) {
        if (aside >= Landing::kMostAside) {
            break;
        }
        Landing& landing =
            landings.emplace_back(kernel, std::span(static_cast<std::byte*>(part.iov_base), part.iov_len));
        host.push_back({landing.bytes().data(), landing.bytes().size()});
        aside += landing.is_aside() ? landing.bytes().size() : 0;
        if (host.back().iov_len != part.iov_len) {
            break;
        }
    }
    const SysValue result =
        kernel.host_signals.call(number, as_int(a[0]), host.data(), host.size(), a[3], a[4]);
    auto left = static_cast<std::uint64_t>(std::max<SysValue>(result, 0));
    for (std::size_t k = 0; k < landings.size() and left != 0; ++k) {
        const std::uint64_t count = std::min<std::uint64_t>(left, host[k].iov_len);
        if (const SysValue landed = landings[k].land(count); landed != 0) {
            return landed;
        }
        left -= count;
    }
    return result;
}

SysValue transfer_vector(Kernel& kernel, long number, Direction direction, const SysArgs& a) {
    const auto parts = buffers(kernel.memory, direction, a[1], static_cast<std::uint32_t>(a[2]));
    if (not parts) {
        return parts.error();
    }
    return direction == Direction::to_guest
               ? receive_vector(kernel, number, *parts, a)
               : kernel.host_signals.call(number, as_int(a[0]), parts->data(), parts->size(), a[3], a[4]);
}

struct Ioctl {
    std::uint32_t request;
    std::uint32_t size;  // bytes behind the argument; 0: the argument is a plain number
    bool to_guest;
};

// Requests whose number and structure are the same on every Linux of asm-generic; structures are the kernel's
// (struct termios has 36 bytes there).
constexpr Ioctl kIoctls[] = {
    {TCGETS, 36, true},    {TCSETS, 36, false},   {TCSETSW, 36, false},   {TCSETSF, 36, false},
    {TCSBRK, 0, false},    {TCXONC, 0, false},    {TCFLSH, 0, false},     {TIOCGPGRP, 4, true},
    {TIOCSPGRP, 4, false}, {TIOCGWINSZ, 8, true}, {TIOCSWINSZ, 8, false}, {FIONREAD, 4, true},
    {FIONBIO, 4, false},   {TIOCGSID, 4, true},   {FIONCLEX, 0, false},   {FIOCLEX, 0, false},
};
static_assert(TCGETS == 0x5401 and TIOCGWINSZ == 0x5413 and FIONREAD == 0x541b and FIOCLEX == 0x5451);

}  // namespace

SysValue read(Kernel& kernel, const SysArgs& a) { return transfer(kernel, SYS_read, Direction::to_guest, a); }
SysValue write(Kernel& kernel, const SysArgs& a) {
    return transfer(kernel, SYS_write, Direction::from_guest, a);
}
SysValue pread64(Kernel& kernel, const SysArgs& a) {
    return transfer(kernel, SYS_pread64, Direction::to_guest, a);
}
SysValue pwrite64(Kernel& kernel, const SysArgs& a) {
    return transfer(kernel, SYS_pwrite64, Direction::from_guest, a);
}
SysValue readv(Kernel& kernel, const SysArgs& a) {
    return transfer_vector(kernel, SYS_readv, Direction::to_guest, a);
}
SysValue writev(Kernel& kernel, const SysArgs& a) {
    return transfer_vector(kernel, SYS_writev, Direction::from_guest, a);
}
SysValue preadv(Kernel& kernel, const SysArgs& a) {
    return transfer_vector(kernel, SYS_preadv, Direction::to_guest, a);
}
SysValue pwritev(Kernel& kernel, const SysArgs& a) {
    return transfer_vector(kernel, SYS_pwritev, Direction::from_guest, a);
}

SysValue close(Kernel&, const SysArgs& a) { return host_call(SYS_close, as_int(a[0])); }
SysValue lseek(Kernel&, const SysArgs& a) { return host_call(SYS_lseek, as_int(a[0]), a[1], as_int(a[2])); }
SysValue dup(Kernel&, const SysArgs& a) { return host_call(SYS_dup, as_int(a[0])); }
SysValue dup3(Kernel&, const SysArgs& a) {
    return host_call(SYS_dup3, as_int(a[0]), as_int(a[1]), as_int(a[2]));
}
SysValue ftruncate(Kernel&, const SysArgs& a) { return host_call(SYS_ftruncate, as_int(a[0]), a[1]); }
SysValue fallocate(Kernel& kernel, const SysArgs& a) {
    return kernel.host_signals.call(SYS_fallocate, as_int(a[0]), as_int(a[1]), a[2], a[3]);
}
SysValue fadvise64(Kernel&, const SysArgs& a) {
    return host_call(SYS_fadvise64, as_int(a[0]), a[1], a[2], as_int(a[3]));
}
SysValue fsync(Kernel&, const SysArgs& a) { return host_call(SYS_fsync, as_int(a[0])); }
SysValue fdatasync(Kernel&, const SysArgs& a) { return host_call(SYS_fdatasync, as_int(a[0])); }
SysValue sync(Kernel&, const SysArgs&) { return host_call(SYS_sync); }
SysValue flock(Kernel& kernel, const SysArgs& a) {
    return kernel.host_signals.call(SYS_flock, as_int(a[0]), as_int(a[1]));
}
SysValue fchmod(Kernel&, const SysArgs& a) { return host_call(SYS_fchmod, as_int(a[0]), a[1]); }
SysValue fchown(Kernel&, const SysArgs& a) { return host_call(SYS_fchown, as_int(a[0]), a[1], a[2]); }
SysValue fchdir(Kernel&, const SysArgs& a) { return host_call(SYS_fchdir, as_int(a[0])); }

SysValue eventfd2(Kernel&, const SysArgs& a) { return host_call(SYS_eventfd2, a[0], as_int(a[1])); }

SysValue pipe2(Kernel& kernel, const SysArgs& a) {
    const auto ends = kernel.memory.writable(a[0], 2 * sizeof(int));
    return ends ? host_call(SYS_pipe2, ends->data(), as_int(a[1])) : ends.error();
}

SysValue getdents64(Kernel& kernel, const SysArgs& a) {
    // struct linux_dirent64 is the same everywhere.
    const auto entries = kernel.memory.writable(a[1], static_cast<std::uint32_t>(a[2]));
    return entries ? host_call(SYS_getdents64, as_int(a[0]), entries->data(), entries->size())
                   : entries.error();
}

SysValue fcntl(Kernel& kernel, const SysArgs& a) {
    switch (as_int(a[1])) {
        case F_DUPFD:
        case F_DUPFD_CLOEXEC:
        case F_GETFD:
        case F_SETFD:
        case F_GETFL:
        case F_SETFL:
        case F_GETOWN:
        case F_SETOWN:
        case F_GETPIPE_SZ:
        case F_SETPIPE_SZ:
        case F_GET_SEALS:
        case F_ADD_SEALS:
            return host_call(SYS_fcntl, as_int(a[0]), as_int(a[1]), a[2]);
        case F_GETLK:
        case F_SETLK:
        case F_SETLKW:
        case F_OFD_GETLK:
        case F_OFD_SETLK:
        case F_OFD_SETLKW: {
            const auto lock = kernel.memory.writable(a[2], sizeof(struct flock));
            if (not lock) {
                return lock.error();
            }
            Landing landing(kernel, *lock);
            const SysValue result =
                kernel.host_signals.call(SYS_fcntl, as_int(a[0]), as_int(a[1]), landing.bytes().data());
            const SysValue landed = landing.land(result >= 0 ? lock->size() : 0);
            return landed != 0 ? landed : result;
        }
        default:
            return -EINVAL;
    }
}

SysValue ioctl(Kernel& kernel, const SysArgs& a) {
    const auto request = static_cast<std::uint32_t>(a[1]);
    const auto* known = std::find_if(std::begin(kIoctls), std::end(kIoctls),
                                     [&](const Ioctl& one) { return one.request == request; });
    if (known == std::end(kIoctls)) {
        return -ENOTTY;
    }
    if (known->size == 0) {
        return kernel.host_signals.call(SYS_ioctl, as_int(a[0]), std::uint64_t{request}, a[2]);
    }
    const auto direction = known->to_guest ? Direction::to_guest : Direction::from_guest;
    const auto argument = buffer(kernel.memory, direction, a[2], known->size);
    if (not argument or argument->iov_len < known->size) {
        return -EFAULT;
    }
    if (not known->to_guest) {
        return kernel.host_signals.call(SYS_ioctl, as_int(a[0]), std::uint64_t{request}, argument->iov_base);
    }
    Landing landing(kernel, {static_cast<std::byte*>(argument->iov_base), known->size});
    const SysValue result =
        kernel.host_signals.call(SYS_ioctl, as_int(a[0]), std::uint64_t{request}, landing.bytes().data());
    const SysValue landed = landing.land(result >= 0 ? known->size : 0);
    return landed != 0 ? landed : result;
}

}  // namespace vm::user::sys
