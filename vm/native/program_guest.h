#pragma once

// For tests: a program without a kernel.

#include <cstdint>
#include <memory>
#include <span>
#include <sys/mman.h>
#include <utility>

#include <gtest/gtest.h>

#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/user_memory.h"
#include "vm/jit/fault_watch.h"
#include "vm/native/guest_pair.h"
#include "vm/native/native.h"

namespace vm::native {

// A hart over memory of its own, whose code may be written.
class ProgramGuest {
  public:
    static constexpr std::uint64_t kCode = 0x10000;
    static constexpr std::uint64_t kCodeSize = 4 * mem::kPageSize;
    static constexpr std::uint64_t kData = 0x400000;
    static constexpr std::uint64_t kFixed = 0x500000;  // a page that cannot be written

    ProgramGuest() {
        jit::FaultWatch::install_handler();
        ram_.protect_code_in_host();
        map(kCode, kCodeSize, mem::page::kPermissions);
        map(kData, mem::kPageSize, mem::page::kRead | mem::page::kWrite);
        map(kFixed, mem::kPageSize, mem::page::kRead);
    }

    Result<void> compile(const Options& options) {
        interpreter_.set_native(nullptr, 0);
        auto code = make_program_code(options);
        if (not code) {
            return tl::unexpected(code.error());
        }
        tier_ = compile_hot_code(interpreter_, std::move(*code), options.threshold);
        return {};
    }

    // From the first instruction on, behind the last of which a call ends the program.
    void start(ProgramCode code, std::span<const std::byte> data) {
        append_word(code, kEcall);
        ASSERT_LE(guest::riscv::byte_count(code), kCodeSize);
        ASSERT_TRUE(ram_.write_bytes(mem::PhysAddr{kCode}, bytes_of(code)));
        ASSERT_TRUE(ram_.write_bytes(mem::PhysAddr{kData}, data));
        hart.x.fill(0);
        hart.f.fill(0);
        hart.csrs.fflags = 0;
        hart.csrs.frm = 0;
        hart.csrs.instret = 0;
        hart.reservation = {};
        hart.pc = kCode;
    }
    // Has what is compiled audited, and run by what `between` makes of the tier.
    void audit(Audit& audit, const Between& between = {}) {
        between_ = between ? between(*tier_) : nullptr;
        auditor_ = audited(hart, memory_, between_ ? *between_ : *tier_, audit);
        interpreter_.set_native(auditor_.get(), 0);
    }
    engine::Exit run(std::uint64_t budget) { return interpreter_.run(budget); }

    void poke(std::uint64_t address, std::uint8_t value) {
        ASSERT_TRUE(ram_.write<std::uint8_t>(mem::PhysAddr{address}, value));
    }
    bool same_memory(const ProgramGuest& other) const {
        return same_bytes(bytes(kData, mem::kPageSize), other.bytes(kData, mem::kPageSize)) and
               same_bytes(bytes(kCode, kCodeSize), other.bytes(kCode, kCodeSize));
    }
    const jit::Counts& counts() const { return tier_->counts(); }
    jit::Counts code_counts() const { return tier_->cache().counts(); }

    guest::riscv::Hart hart{
        guest::riscv::CsrFile(guest::riscv::HartKind::user_program, 0, [] { return std::uint64_t{0}; })};

  private:
    std::span<const std::byte> bytes(std::uint64_t address, std::uint64_t size) const {
        return {ram_.host(mem::PhysAddr{address}), size};
    }
    void map(std::uint64_t address, std::uint64_t length, std::uint8_t permissions) {
        const auto at = mem::PhysAddr{address};
        const int write = (permissions & mem::page::kWrite) != 0 ? PROT_WRITE : 0;
        ASSERT_EQ(ram_.host(at), ::mmap(ram_.host(at), length, PROT_READ | write,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
        ram_.set_permissions(at, length, permissions);
    }

    mem::GuestRam ram_ =
        mem::GuestRam::create(mem::PhysAddr{0}, guest::riscv::UserMemory::kSize, mem::Backing::reserved)
            .value();
    guest::riscv::UserMemory memory_{ram_};
    guest::riscv::Interpreter<guest::riscv::UserMemory> interpreter_{hart, memory_};
    std::unique_ptr<jit::Tier> tier_;
    std::unique_ptr<engine::NativeTier> between_;
    std::unique_ptr<engine::NativeTier> auditor_;
};

}  // namespace vm::native
