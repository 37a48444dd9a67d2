#include <algorithm>
#include <sys/mman.h>
#include <sys/uio.h>

#include <unistd.h>

#include "vm/base/bits.h"
#include "vm/user/address_space.h"

// Memory as a debugger sees it, while no thread of the program runs.
namespace vm::user {
namespace {

using mem::kPageSize;
using mem::PhysAddr;

// A page of the host that we may reach for as long as this lives, whatever its protection is.
class OpenPage {
  public:
    OpenPage(const std::byte* page, int before, int wanted)
        : page_(const_cast<std::byte*>(page)), before_(before), changed_((before & wanted) != wanted) {
        open_ = not changed_ or ::mprotect(page_, kPageSize, before | wanted) == 0;
    }
    ~OpenPage() {
        if (changed_ and open_) {
            ::mprotect(page_, kPageSize, before_);
        }
    }
    OpenPage(const OpenPage&) = delete;
    OpenPage& operator=(const OpenPage&) = delete;

    bool open() const { return open_; }

  private:
    std::byte* page_;
    int before_;
    bool changed_;
    bool open_ = false;
};

enum class Direction : std::uint8_t { from_guest, to_guest };

// By the kernel, which answers an error where we would get a signal: behind the end of a file that was cut
// short there is no memory, mapped or not.
bool copy(Direction direction, const std::byte* guest, const std::byte* ours, std::uint64_t length) {
    const iovec there{const_cast<std::byte*>(guest), length};
    const iovec here{const_cast<std::byte*>(ours), length};
    const auto call = direction == Direction::from_guest ? ::process_vm_readv : ::process_vm_writev;
    return call(::getpid(), &here, 1, &there, 1, 0) == static_cast<ssize_t>(length);
}

std::uint64_t to_page_end(std::uint64_t address, std::uint64_t length) {
    return std::min(length, kPageSize - address % kPageSize);
}

}  // namespace

std::vector<std::byte> AddressSpace::inspect(std::uint64_t address, std::uint64_t length) const {
    std::vector<std::byte> bytes;
    while (bytes.size() < length and mapped(address + bytes.size())) {
        const std::uint64_t at = address + bytes.size();
        const std::uint64_t piece = to_page_end(at, length - bytes.size());
        const PhysAddr page{align_down(at, kPageSize)};
        const OpenPage opened(ram_.host(page), host_protection(ram_.permissions_at(page)), PROT_READ);
        bytes.resize(bytes.size() + piece);
        if (not opened.open() or not copy(Direction::from_guest, ram_.host(PhysAddr{at}),
                                          bytes.data() + bytes.size() - piece, piece)) {
            bytes.resize(bytes.size() - piece);
            break;
        }
    }
    return bytes;
}

// What can be read and whose pages can be opened can be written.
Result<void> AddressSpace::change(std::uint64_t address, std::span<const std::byte> bytes) {
    if (inspect(address, bytes.size()).size() != bytes.size()) {
        return fail("no memory at {:#x} to {:#x}", address, address + bytes.size());
    }
    ram_.store_notify(PhysAddr{address}, bytes.size());
    const auto for_pages = [&](auto action) {
        for (std::uint64_t done = 0; done < bytes.size();) {
            const std::uint64_t at = address + done;
            const std::uint64_t piece = to_page_end(at, bytes.size() - done);
            const PhysAddr page{align_down(at, kPageSize)};
            const OpenPage opened(host(raw(page)), host_protection(ram_.permissions_at(page)),
                                  PROT_READ | PROT_WRITE);
            if (not opened.open() or not action(at, bytes.subspan(done, piece))) {
                return false;
            }
            done += piece;
        }
        return true;
    };
    const auto put = [&](std::uint64_t at, std::span<const std::byte> piece) {
        return copy(Direction::to_guest, host(at), piece.data(), piece.size());
    };
    if (not for_pages([](std::uint64_t, std::span<const std::byte>) { return true; }) or not for_pages(put)) {
        return fail("memory at {:#x} cannot be written", address);
    }
    return {};
}

}  // namespace vm::user
