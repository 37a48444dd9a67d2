#pragma once

#include <cstdint>

namespace vm::guest::riscv {

// Exception codes of mcause (Priv. 3.1.15, table 14).
namespace cause {
inline constexpr std::uint64_t kFetchMisaligned = 0;
inline constexpr std::uint64_t kFetchAccess = 1;
inline constexpr std::uint64_t kIllegalInstruction = 2;
inline constexpr std::uint64_t kBreakpoint = 3;
inline constexpr std::uint64_t kLoadMisaligned = 4;
inline constexpr std::uint64_t kLoadAccess = 5;
inline constexpr std::uint64_t kStoreMisaligned = 6;
inline constexpr std::uint64_t kStoreAccess = 7;
inline constexpr std::uint64_t kEcallFromU = 8;
inline constexpr std::uint64_t kEcallFromS = 9;
inline constexpr std::uint64_t kEcallFromM = 11;
inline constexpr std::uint64_t kFetchPage = 12;
inline constexpr std::uint64_t kLoadPage = 13;
inline constexpr std::uint64_t kStorePage = 15;
}  // namespace cause

}  // namespace vm::guest::riscv
