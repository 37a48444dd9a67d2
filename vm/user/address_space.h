#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <tl/expected.hpp>

#include "vm/base/result.h"
#include "vm/mem/guest_ram.h"
#include "vm/mem/host_access.h"
#include "vm/user/region_set.h"

namespace vm::user {

// What a system call returns in a0: a result, or a negative error number.
using SysValue = std::int64_t;

// A value, or the negative error number the system call fails with.
template <class T>
using Checked = tl::expected<T, SysValue>;

inline constexpr std::uint64_t kAddressSpaceSize = std::uint64_t{1} << 38;

// How the host protects pages of which the guest has these permissions.
int host_protection(std::uint8_t permissions);

// How mmap chooses the address.
enum class Placement : std::uint8_t { anywhere, fixed, fixed_if_free };

struct MapRequest {
    std::uint64_t address = 0;  // a hint unless placement is fixed
    std::uint64_t length = 0;
    std::uint8_t permissions = 0;  // mem::page bits
    int flags = 0;                 // MAP_SHARED or MAP_PRIVATE, MAP_ANONYMOUS, MAP_NORESERVE, MAP_POPULATE
    int fd = -1;
    std::uint64_t offset = 0;
    Placement placement = Placement::anywhere;
};

// mremap: MAYMOVE, and the address MREMAP_FIXED asks for.
struct RemapRequest {
    std::uint64_t address = 0;
    std::uint64_t old_length = 0;
    std::uint64_t new_length = 0;
    std::uint64_t new_address = 0;
    Placement placement = Placement::anywhere;
    bool may_move = false;
};

// The memory of one program: 2^38 bytes reserved on the host, mapped piece by piece where the guest asks.
// Host mappings lie inside the reservation only, and the guest's permissions stand in the page flags, so that
// no guest address reaches memory of the host. The host's protection follows the guest's (execute becomes
// read).
//
// Threads look flags up and reach memory at any time. The mapping operations and mapped() are for one thread
// at a time; where others run meanwhile, what is taken away from them is theirs until they have let go of it
// (set_others).
class AddressSpace {
  public:
    static Result<AddressSpace> create();

    mem::GuestRam& ram() { return ram_; }
    const mem::GuestRam& ram() const { return ram_; }

    // While this is set, mapping operations call it after they have taken permissions away from the guest and
    // before they take anything away from the host: when it returns, no other thread is between looking a
    // permission up and using it. Not owned; nullptr: there are no others.
    void set_others(const std::function<void()>* let_go) { others_let_go_ = let_go; }

    // The system calls of the same names; addresses and lengths come from the guest unchecked.
    Checked<std::uint64_t> map(const MapRequest& request);
    SysValue unmap(std::uint64_t address, std::uint64_t length);
    SysValue protect(std::uint64_t address, std::uint64_t length, std::uint8_t permissions);
    Checked<std::uint64_t> remap(const RemapRequest& request);
    SysValue advise(std::uint64_t address, std::uint64_t length, int advice);
    SysValue synchronize(std::uint64_t address, std::uint64_t length, int flags);

    // The program break starts here, above the loaded image.
    void start_break(std::uint64_t address);
    // Moves the break if that is possible; answers where it is then.
    std::uint64_t set_break(std::uint64_t address);

    bool mapped(std::uint64_t address) const {
        return address < kAddressSpaceSize and regions_.contains(address);
    }

    // Guest memory for system calls, as host memory that is good until the next mapping call. The error is
    // -EFAULT unless every page grants the permission; decoded code is told of writable ones.
    Checked<std::span<const std::byte>> readable(std::uint64_t address, std::uint64_t length) const;
    Checked<std::span<std::byte>> writable(std::uint64_t address, std::uint64_t length);
    // As much from the start of the range as grants the permission.
    std::span<const std::byte> readable_prefix(std::uint64_t address, std::uint64_t length) const;
    std::span<std::byte> writable_prefix(std::uint64_t address, std::uint64_t length);

    template <class T>
    Checked<T> get(std::uint64_t address) const {
        static_assert(std::is_trivially_copyable_v<T>);
        const auto bytes = readable(address, sizeof(T));
        if (not bytes) {
            return tl::unexpected(bytes.error());
        }
        T value;
        mem::copy_from_guest(&value, bytes->data(), sizeof(T));
        return value;
    }

    // 0 or -EFAULT.
    template <class T>
    SysValue put(std::uint64_t address, const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        const auto bytes = writable(address, sizeof(T));
        if (not bytes) {
            return bytes.error();
        }
        mem::copy_to_guest(bytes->data(), &value, sizeof(T));
        return 0;
    }

    // The host may have written to guest memory that writable() or writable_prefix() gave, `at` there, while
    // other threads ran: what they decoded there meanwhile is stale.
    void written(const void* at, std::uint64_t length);
    // Whether the host may forbid writes to some of these bytes, as of code, while other threads run.
    bool may_be_closed(std::span<const std::byte> bytes) const;
    std::uint64_t guest_address(const void* at) const {
        return static_cast<std::uint64_t>(static_cast<const std::byte*>(at) - ram_.host(mem::PhysAddr{0}));
    }

    // For a debugger, while no thread runs: the bytes from `address` on as far as there are any, at most
    // `length`. Permissions do not matter.
    std::vector<std::byte> inspect(std::uint64_t address, std::uint64_t length) const;
    // Likewise, all of them or none; decoded code is told. An error where nothing is mapped, or what is
    // mapped cannot be written by the host either (a file that was opened for reading, and is shared).
    Result<void> change(std::uint64_t address, std::span<const std::byte> bytes);

    // The zero-terminated string there; -ENAMETOOLONG when the zero is not among the first `limit` bytes.
    Checked<std::string> string(std::uint64_t address, std::size_t limit = 4096) const;

  private:
    // What a range granted.
    struct Grant {
        std::uint64_t address;
        std::uint64_t length;
        std::uint8_t permissions;
    };

    explicit AddressSpace(mem::GuestRam ram) : ram_(std::move(ram)) {}

    std::uint64_t granted(std::uint64_t address, std::uint64_t length, std::uint8_t permission) const;
    Checked<std::uint64_t> place(const MapRequest& request, std::uint64_t length) const;
    bool alike(std::uint64_t address, std::uint64_t length) const;
    Checked<std::uint64_t> grow(const RemapRequest& request, std::uint64_t old_length,
                                std::uint64_t new_length);
    Checked<std::uint64_t> move(const RemapRequest& request, std::uint64_t old_length,
                                std::uint64_t new_length, std::uint64_t target);
    Checked<std::uint64_t> relocate(std::uint64_t address, std::uint64_t old_length, std::uint64_t new_length,
                                    std::uint64_t target);
    SysValue extend(std::uint64_t address, std::uint64_t length, std::uint64_t more);
    SysValue release(std::uint64_t address, std::uint64_t length);
    std::vector<Grant> withdraw(std::uint64_t address, std::uint64_t length, std::uint8_t keep);
    void restore(const std::vector<Grant>& withdrawn);
    void grant(std::uint64_t address, std::uint64_t length, std::uint8_t permissions);
    std::byte* host(std::uint64_t address) { return ram_.host(mem::PhysAddr{address}); }

    mem::GuestRam ram_;
    RegionSet regions_;
    std::uint64_t break_start_ = 0;
    std::uint64_t break_ = 0;
    const std::function<void()>* others_let_go_ = nullptr;
};

}  // namespace vm::user
