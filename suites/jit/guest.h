#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "vm/base/elf_file.h"
#include "vm/engine/exit.h"
#include "vm/guest/riscv/hart.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/native/native.h"

namespace vm::guest::riscv {
class UserMemory;
}

namespace suites::jit {

// What runs guest code: the interpreter, and a compiler beside it where one is asked for.
using Engine = std::optional<vm::native::Options>;

// Whole pages of guest memory, zero behind their contents.
struct Pages {
    std::uint64_t address = 0;
    std::uint64_t bytes = 0;
    std::uint8_t permissions = 0;  // vm::mem::page
    std::span<const std::byte> contents;
};

// A hart over memory in which the suite's guest program lies (kernels.c), whose functions are called from
// outside. What the host lacks and what a guest does wrong is thrown as std::runtime_error: nothing can be
// measured then.
class Guest {
  public:
    virtual ~Guest() = default;
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    // Where the host has them.
    virtual std::span<std::byte> map(const Pages& pages) = 0;
    virtual vm::guest::riscv::Hart& hart() = 0;
    // nullptr where code is interpreted.
    virtual vm::jit::Tier* tier() = 0;

    // What the function there returns.
    std::uint64_t call(std::uint64_t function, std::initializer_list<std::uint64_t> arguments);
    // A symbol of the guest program.
    std::uint64_t address_of(const std::string& name) const;

  protected:
    explicit Guest(const std::filesystem::path& folder);  // of the guest program
    // Maps the program and a stack.
    void load();

    static constexpr std::uint64_t kEnough = std::uint64_t{1} << 62;  // instructions: until the guest stops
    virtual vm::engine::Exit run() = 0;

  private:
    vm::ElfFile program_;
    std::uint64_t global_pointer_;
};

// A thread of a Linux program.
class UserGuest final : public Guest {
  public:
    UserGuest(const std::filesystem::path& folder, const Engine& engine);
    ~UserGuest() override;

    std::span<std::byte> map(const Pages& pages) override;
    vm::guest::riscv::Hart& hart() override;
    vm::jit::Tier* tier() override;
    vm::engine::Frontend& frontend() { return interpreter().frontend(); }
    vm::guest::riscv::Interpreter<vm::guest::riscv::UserMemory>& interpreter();

    // As at the start: the interpreter and the compiler are made anew, and know no code.
    void start_anew(const Engine& engine);

  private:
    vm::engine::Exit run() override;

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// A hart of a machine in supervisor mode, with paging (Sv39, pages of 4 KiB).
class SystemGuest final : public Guest {
  public:
    // Of that much memory beside the program's.
    SystemGuest(const std::filesystem::path& folder, const Engine& engine, std::uint64_t bytes);
    ~SystemGuest() override;

    std::span<std::byte> map(const Pages& pages) override;
    vm::guest::riscv::Hart& hart() override;
    vm::jit::Tier* tier() override;

  private:
    vm::engine::Exit run() override;

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace suites::jit
