#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vm/user/kernel.h"

namespace vm::user {

// Guest memory that the host's kernel is to write while this thread is away, so that others run meanwhile.
// They may decode code that lies there: then the host lets nobody write any more (see
// mem::GuestRam::protect_code_in_host), and the kernel would fail. Where that can happen it writes aside, and
// what it wrote is copied when the thread is back.
class Landing {
  public:
    // Most bytes that are kept aside at once.
    static constexpr std::uint64_t kMostAside = std::uint64_t{1} << 20;

    // Of what AddressSpace::writable() has answered with.
    Landing(Kernel& kernel, std::span<std::byte> there);

    // Where the kernel writes; it begins with what lies there now. Of memory that is kept aside no more than
    // kMostAside bytes.
    std::span<std::byte> bytes() { return aside_.empty() ? there_ : std::span(aside_); }
    bool is_aside() const { return not aside_.empty(); }
    // The kernel has written the first `count` bytes, or some of them. 0, or -EFAULT where they cannot be
    // written any more.
    SysValue land(std::uint64_t count);

  private:
    Kernel& kernel_;
    std::span<std::byte> there_;
    std::vector<std::byte> aside_;
};

}  // namespace vm::user
