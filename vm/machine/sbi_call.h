#pragma once

#include <array>
#include <cstdint>

namespace vm::machine {

// Extension numbers, a7 of the call (SBI 2.0, chapters 4 to 12). Most are their names in ASCII.
namespace sbi_extension {
inline constexpr std::uint64_t kLegacySetTimer = 0;
inline constexpr std::uint64_t kLegacyConsolePutchar = 1;
inline constexpr std::uint64_t kLegacyConsoleGetchar = 2;
inline constexpr std::uint64_t kLegacyShutdown = 8;
inline constexpr std::uint64_t kLastLegacy = 0xf;
inline constexpr std::uint64_t kBase = 0x10;
inline constexpr std::uint64_t kTime = 0x5449'4d45;
inline constexpr std::uint64_t kIpi = 0x73'5049;
inline constexpr std::uint64_t kRfence = 0x5246'4e43;
inline constexpr std::uint64_t kHsm = 0x48'534d;
inline constexpr std::uint64_t kSystemReset = 0x5352'5354;
inline constexpr std::uint64_t kDebugConsole = 0x4442'434e;
inline constexpr std::uint64_t kPmu = 0x50'4d55;
}  // namespace sbi_extension

// What a call answers in a0 (SBI 2.0, 3).
enum class SbiError : std::int64_t {
    success = 0,
    failed = -1,
    not_supported = -2,
    invalid_param = -3,
    denied = -4,
    invalid_address = -5,
    already_available = -6,
    already_started = -7,
    already_stopped = -8,
    no_shared_memory = -9,
};

// An environment call of supervisor mode: a7, a6, a0 to a5, and the hart that made it.
struct SbiCall {
    std::uint64_t extension = 0;
    std::uint64_t function = 0;
    std::array<std::uint64_t, 6> args{};
    unsigned hart = 0;
};

// a0 and a1 after the call. A legacy call has a0 alone, its only result, a character too; a1 must keep its
// value (SBI 2.0, 5).
struct SbiReturn {
    SbiError error = SbiError::success;
    std::uint64_t value = 0;

    friend bool operator==(const SbiReturn&, const SbiReturn&) = default;
};

constexpr bool is_legacy(const SbiCall& call) { return call.extension <= sbi_extension::kLastLegacy; }

// A set of harts: bit n is hart n.
using HartMask = std::uint64_t;

}  // namespace vm::machine
