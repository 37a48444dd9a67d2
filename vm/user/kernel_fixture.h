#pragma once

// For tests: the kernel's side of a process without a program, and one mapped guest area to put arguments in.

#include <memory>
#include <optional>
#include <string>
#include <sys/mman.h>

#include <gtest/gtest.h>

#include "vm/user/kernel.h"
#include "vm/user/syscall_table.h"
#include "vm/user/syscalls.h"

namespace vm::user {

class KernelTest : public ::testing::Test {
  protected:
    static constexpr std::uint64_t kData = 0x10'0000;  // 16 readable and writable pages
    static constexpr std::uint64_t kDataSize = 16 * mem::kPageSize;
    static constexpr std::uint64_t kUnmapped = 0x20'0000;

    KernelTest()
        : memory_(*AddressSpace::create()),
          hart_(guest::riscv::CsrFile(guest::riscv::HartKind::user_program, 0,
                                      [] { return std::uint64_t{0}; })),
          host_signals_(*HostSignals::attach([](void*) {}, nullptr)) {
        kernel_.signals.mask = host_signals_->inherited_mask();
        process_.own_limits.fill({RLIM_INFINITY, RLIM_INFINITY});
        EXPECT_TRUE(memory_.map({.address = kData,
                                 .length = kDataSize,
                                 .permissions = mem::page::kRead | mem::page::kWrite,
                                 .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                                 .placement = Placement::fixed}));
    }

    // Makes the system call of that name with up to six arguments.
    template <class... Args>
    SysValue call(SysValue (*handler)(Kernel&, const SysArgs&), Args... arguments) {
        return handler(kernel_, SysArgs{static_cast<std::uint64_t>(arguments)...});
    }

    std::uint64_t put_string(std::uint64_t address, const std::string& text) {
        const auto to = memory_.writable(address, text.size() + 1);
        EXPECT_TRUE(to);
        std::memcpy(to->data(), text.c_str(), text.size() + 1);
        return address;
    }
    std::string text_at(std::uint64_t address, std::uint64_t length) {
        const auto bytes = memory_.readable(address, length);
        EXPECT_TRUE(bytes);
        return {reinterpret_cast<const char*>(bytes->data()), length};
    }
    template <class T>
    T get(std::uint64_t address) {
        const auto value = memory_.get<T>(address);
        EXPECT_TRUE(value);
        return *value;
    }

    AddressSpace memory_;
    guest::riscv::Hart hart_;
    std::unique_ptr<HostSignals> host_signals_;
    ProcessState process_{.memory = memory_, .executable = "/bin/guest"};
    Kernel kernel_{.process = process_, .memory = memory_, .hart = hart_, .host_signals = *host_signals_};
};

}  // namespace vm::user
