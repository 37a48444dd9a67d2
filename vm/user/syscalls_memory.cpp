// System calls on the address space.

#include <algorithm>
#include <sys/mman.h>

#include <fcntl.h>

#include "vm/user/linux_abi.h"
#include "vm/user/map_change.h"
#include "vm/user/syscalls.h"

namespace vm::user::sys {
namespace {

constexpr std::uint64_t kKnownProtection = PROT_READ | PROT_WRITE | PROT_EXEC;
// What the host is to do as well. MAP_FIXED belongs to AddressSpace; MAP_GROWSDOWN, MAP_STACK and the rest
// are hints or long without effect.
constexpr int kHostFlags = MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE;

// The architecture has no write-only pages (Priv. 4.3.1), so Linux makes them readable; what can be executed,
// too, because compiled code reads with the host's permission, which decoding needs.
std::uint8_t permissions(std::uint64_t protection) {
    const int read = protection != 0 ? mem::page::kRead : 0;
    const int write = (protection & PROT_WRITE) != 0 ? mem::page::kWrite : 0;
    const int execute = (protection & PROT_EXEC) != 0 ? mem::page::kExecute : 0;
    return static_cast<std::uint8_t>(read | write | execute);
}

// Other processes, by their own mappings of the same. What a file holds that this one cannot write is taken
// to be at rest.
bool others_may_write(int flags, int fd) {
    const bool shared = (flags & MAP_SHARED) != 0;
    return shared and ((flags & MAP_ANONYMOUS) != 0 or (::fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
}

SysValue result_of(const Checked<std::uint64_t>& address) {
    return address ? static_cast<SysValue>(*address) : address.error();
}

}  // namespace

SysValue brk(Kernel& kernel, const SysArgs& a) {
    const MapChange change(kernel);
    return static_cast<SysValue>(kernel.memory.set_break(a[0]));
}

SysValue mmap(Kernel& kernel, const SysArgs& a) {
    const int flags = as_int(a[3]);
    if ((a[2] & ~kKnownProtection) != 0 or (flags & MAP_HUGETLB) != 0) {
        return -EINVAL;
    }
    Placement placement = Placement::anywhere;
    if ((flags & MAP_FIXED_NOREPLACE) != 0) {
        placement = Placement::fixed_if_free;
    } else if ((flags & MAP_FIXED) != 0) {
        placement = Placement::fixed;
    }
    const MapChange change(kernel);
    const auto address = kernel.memory.map({.address = a[0],
                                            .length = a[1],
                                            .permissions = permissions(a[2]),
                                            .flags = flags & kHostFlags,
                                            .fd = as_int(a[4]),
                                            .offset = a[5],
                                            .placement = placement});
    if (address and others_may_write(flags, as_int(a[4])) and
        not kernel.process.lends_memory.exchange(true) and kernel.memory_is_lent) {
        kernel.memory_is_lent();
    }
    return result_of(address);
}

SysValue munmap(Kernel& kernel, const SysArgs& a) {
    const MapChange change(kernel);
    return kernel.memory.unmap(a[0], a[1]);
}

SysValue mprotect(Kernel& kernel, const SysArgs& a) {
    if ((a[2] & ~kKnownProtection) != 0) {
        return -EINVAL;
    }
    const MapChange change(kernel);
    return kernel.memory.protect(a[0], a[1], permissions(a[2]));
}

SysValue mremap(Kernel& kernel, const SysArgs& a) {
    const bool fixed = (a[3] & MREMAP_FIXED) != 0;
    if ((a[3] & ~std::uint64_t{MREMAP_MAYMOVE | MREMAP_FIXED}) != 0) {
        return -EINVAL;
    }
    const MapChange change(kernel);
    return result_of(kernel.memory.remap({.address = a[0],
                                          .old_length = a[1],
                                          .new_length = a[2],
                                          .new_address = a[4],
                                          .placement = fixed ? Placement::fixed : Placement::anywhere,
                                          .may_move = (a[3] & MREMAP_MAYMOVE) != 0}));
}

SysValue madvise(Kernel& kernel, const SysArgs& a) {
    // Advice that changes what the program sees, or that is a hint; the rest could pin or poison pages of the
    // host.
    static constexpr int kKnown[] = {MADV_NORMAL,   MADV_RANDOM,   MADV_SEQUENTIAL, MADV_WILLNEED,
                                     MADV_DONTNEED, MADV_FREE,     MADV_HUGEPAGE,   MADV_NOHUGEPAGE,
                                     MADV_COLD,     MADV_DONTDUMP, MADV_DODUMP};
    const int advice = as_int(a[2]);
    if (std::find(std::begin(kKnown), std::end(kKnown), advice) == std::end(kKnown)) {
        return -EINVAL;
    }
    const MapChange change(kernel);
    return kernel.memory.advise(a[0], a[1], advice);
}

SysValue msync(Kernel& kernel, const SysArgs& a) {
    const MapChange change(kernel);
    return kernel.memory.synchronize(a[0], a[1], as_int(a[2]));
}

}  // namespace vm::user::sys
