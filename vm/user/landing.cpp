#include "vm/user/landing.h"

#include <algorithm>

#include "vm/mem/host_access.h"

namespace vm::user {

Landing::Landing(Kernel& kernel, std::span<std::byte> there) : kernel_(kernel), there_(there) {
    if (kernel.process.several and kernel.memory.may_be_closed(there)) {
        aside_.resize(std::min<std::size_t>(there.size(), kMostAside));
        mem::copy_from_guest(aside_.data(), there.data(), aside_.size());
    }
}

SysValue Landing::land(std::uint64_t count) {
    if (count == 0 or not kernel_.process.several) {
        return 0;
    }
    if (aside_.empty()) {
        kernel_.memory.written(there_.data(), count);
        return 0;
    }
    const auto to = kernel_.memory.writable(kernel_.memory.guest_address(there_.data()), count);
    if (not to) {
        return to.error();
    }
    mem::copy_to_guest(to->data(), aside_.data(), count);
    return 0;
}

}  // namespace vm::user
