#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vm/base/result.h"
#include "vm/user/address_space.h"
#include "vm/user/loader.h"

namespace vm::user {

inline constexpr std::uint64_t kStackTop = kAddressSpaceSize - 0x10'0000;
inline constexpr std::uint64_t kStackSize = 8U << 20;

// What a new program finds on its stack.
struct StackContents {
    LoadedProgram program{};
    std::uint64_t interpreter_base = 0;  // AT_BASE; 0: the program is static
    std::string path{};                  // AT_EXECFN
    std::span<const std::string> arguments{};
    std::span<const std::string> environment{};
    std::array<std::byte, 16> random{};  // AT_RANDOM: the seed of stack protector and pointer guard
};

// Maps the stack and fills it as execve does (argc, argv, envp, auxiliary vector, strings). Returns the stack
// pointer. Fails when the strings take more than a quarter of the stack, which is Linux's limit too.
Result<std::uint64_t> build_initial_stack(AddressSpace& memory, const StackContents& contents);

// The auxiliary vector on such a stack, to its end (getauxval(3)).
std::vector<std::byte> auxiliary_vector_of(const AddressSpace& memory, std::uint64_t stack_pointer,
                                           const StackContents& contents);

}  // namespace vm::user
