#pragma once

#include <array>
#include <cstdint>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

// What the riscv64 Linux kernel shows its programs (include/uapi/asm-generic, arch/riscv/include/uapi).
// x86-64 shares the error numbers, signal numbers and most flags and layouts; where a value or structure is
// passed to the host unchanged an assertion below says so, and where they differ the structure is stated here
// and translated field by field.

namespace vm::user::abi {

// struct stat of asm-generic, unlike the one of x86-64.
struct Stat {
    std::uint64_t device;
    std::uint64_t inode;
    std::uint32_t mode;
    std::uint32_t links;
    std::uint32_t user;
    std::uint32_t group;
    std::uint64_t represented_device;
    std::uint64_t pad1;
    std::int64_t size;
    std::int32_t block_size;
    std::int32_t pad2;
    std::int64_t blocks;
    std::int64_t access_seconds;
    std::uint64_t access_nanoseconds;
    std::int64_t modify_seconds;
    std::uint64_t modify_nanoseconds;
    std::int64_t change_seconds;
    std::uint64_t change_nanoseconds;
    std::array<std::uint32_t, 2> unused;
};
static_assert(sizeof(Stat) == 128);

// struct sigaction as rt_sigaction takes it; riscv has no restorer.
struct SignalAction {
    std::uint64_t handler = 0;
    std::uint64_t flags = 0;
    std::uint64_t mask = 0;
};
static_assert(sizeof(SignalAction) == 24);

inline constexpr std::uint64_t kSignalDefault = 0;
inline constexpr std::uint64_t kSignalIgnore = 1;

struct SignalStack {
    std::uint64_t base = 0;
    std::int32_t flags = SS_DISABLE;
    std::uint32_t pad = 0;
    std::uint64_t size = 0;
};
static_assert(sizeof(SignalStack) == 24);
inline constexpr std::int32_t kStackAutoDisarm = std::int32_t{1} << 30 << 1;

// struct sigcontext: the pc, then x1 to x31; the floating-point state leaves room for the Q extension, and
// ends in an empty list of further extensions.
struct alignas(16) SignalContext {
    std::uint64_t pc;
    std::array<std::uint64_t, 31> x;
    std::array<std::uint64_t, 32> f;
    std::uint32_t fcsr;
    std::array<std::uint32_t, 67> rest;
};
static_assert(sizeof(SignalContext) == 784);

struct UserContext {
    std::uint64_t flags;
    std::uint64_t link;
    SignalStack stack;
    std::uint64_t mask;
    std::array<std::uint8_t, 120> unused;
    SignalContext registers;
};
static_assert(sizeof(UserContext) == 960);

// struct rt_sigframe of arch/riscv/kernel/signal.c.
struct SignalFrame {
    std::array<std::byte, 128> info;
    UserContext context;
};
static_assert(sizeof(SignalFrame) == 1088);

struct Timespec {
    std::int64_t seconds;
    std::int64_t nanoseconds;
};

struct UtsName {
    std::array<char, 65> system, node, release, version, machine, domain;
};

struct HardwareProbe {
    std::int64_t key;
    std::uint64_t value;
};

// Auxiliary vector entries (include/uapi/linux/auxvec.h).
namespace aux {
inline constexpr std::uint64_t kNull = 0, kProgramHeaders = 3, kProgramHeaderSize = 4,
                               kProgramHeaderCount = 5;
inline constexpr std::uint64_t kPageSize = 6, kBase = 7, kFlags = 8, kEntry = 9, kUid = 11, kEuid = 12,
                               kGid = 13;
inline constexpr std::uint64_t kEgid = 14, kHwcap = 16, kClockTick = 17, kSecure = 23, kRandom = 25,
                               kExecFn = 31;
}  // namespace aux

// AT_HWCAP: one bit for each single-letter extension, here I M A F D C.
inline constexpr std::uint64_t kHwcap = 1U << ('I' - 'A') | 1U << ('M' - 'A') | 1U << ('A' - 'A') |
                                        1U << ('F' - 'A') | 1U << ('D' - 'A') | 1U << ('C' - 'A');

// Passed through unchanged, hence equal on the host (asm-generic/fcntl.h, mman-common.h, signal.h, poll.h).
static_assert(O_CREAT == 0100 and O_EXCL == 0200 and O_NOCTTY == 0400 and O_TRUNC == 01000 and
              O_APPEND == 02000);
static_assert(O_NONBLOCK == 04000 and O_DIRECTORY == 0200000 and O_NOFOLLOW == 0400000 and
              O_CLOEXEC == 02000000);
static_assert(MAP_SHARED == 1 and MAP_PRIVATE == 2 and MAP_FIXED == 0x10 and MAP_ANONYMOUS == 0x20);
static_assert(MAP_NORESERVE == 0x4000 and MAP_POPULATE == 0x8000 and MAP_FIXED_NOREPLACE == 0x100000);
static_assert(PROT_READ == 1 and PROT_WRITE == 2 and PROT_EXEC == 4);
static_assert(SIGSEGV == 11 and SIGBUS == 7 and SIGUSR1 == 10 and SIGCHLD == 17 and SIGSTOP == 19);
static_assert(SA_SIGINFO == 4 and SA_ONSTACK == 0x0800'0000 and SA_RESTART == 0x1000'0000);
static_assert(SA_NODEFER == 0x4000'0000 and static_cast<std::uint32_t>(SA_RESETHAND) == 0x8000'0000);
static_assert(sizeof(siginfo_t) == 128 and sizeof(struct pollfd) == 8 and sizeof(struct iovec) == 16);
static_assert(sizeof(struct flock) == 32 and sizeof(struct rusage) == 144 and sizeof(struct sysinfo) == 112);
static_assert(sizeof(struct rlimit) == 16 and RLIMIT_DATA == 2 and RLIMIT_STACK == 3 and RLIMIT_AS == 9);
static_assert(sizeof(struct timespec) == sizeof(Timespec));

}  // namespace vm::user::abi
