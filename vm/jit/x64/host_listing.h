#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace vm::jit::x64 {

struct HostInsn {
    std::size_t offset = 0;
    std::size_t length = 0;
    std::string text;
};

// What an address in code is called; empty: nothing.
using AddressName = std::function<std::string(std::uint64_t address)>;

// The instructions of code that runs at `address`, in Intel's syntax: "mov rax, [rbx+0x08]". Addresses that
// they lead to or reach from where they stand are called by `name`. A byte that begins no instruction reads
// ".byte 0x06".
std::vector<HostInsn> list_host_code(std::span<const std::byte> code, std::uint64_t address,
                                     const AddressName& name);

}  // namespace vm::jit::x64
