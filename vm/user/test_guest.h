#pragma once

// For tests: a program written instruction by instruction, and a process that runs it on a thread of its own.

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "vm/base/check.h"
#include "vm/guest/riscv/encode.h"
#include "vm/user/process.h"
#include "vm/user/test_elf.h"

namespace vm::user::testing {

// Integer registers by their names in the calling convention.
inline constexpr unsigned kZero = 0;
inline constexpr unsigned kRa = 1;
inline constexpr unsigned kSp = 2;
inline constexpr unsigned kT0 = 5;
inline constexpr unsigned kT1 = 6;
inline constexpr unsigned kS0 = 8;
inline constexpr unsigned kA0 = 10;
inline constexpr unsigned kA1 = 11;
inline constexpr unsigned kA2 = 12;
inline constexpr unsigned kA3 = 13;
inline constexpr unsigned kA7 = 17;

// What lies between the instructions is zero, which is an illegal instruction.
class TestGuest {
  public:
    using Opcode = guest::riscv::Opcode;

    static constexpr std::uint64_t kEntry = 0x1'1000;
    static constexpr std::uint64_t kHandler = kEntry + 0x400;
    static constexpr std::uint64_t kOther = kEntry + 0x800;
    static constexpr std::uint64_t kData = 0x1'0800;  // 2 KiB that can be written, as all of it

    std::uint64_t here() const { return kEntry + 4 * words_.size(); }
    TestGuest& at(std::uint64_t address) {
        VM_CHECK(address >= here() and address < kEntry + mem::kPageSize);
        words_.resize((address - kEntry) / 4);
        return *this;
    }
    TestGuest& op(Opcode opcode, unsigned rd = 0, unsigned rs1 = 0, unsigned rs2 = 0, std::int32_t imm = 0) {
        guest::riscv::Insn insn;
        insn.op = opcode;
        insn.rd = static_cast<std::uint8_t>(rd);
        insn.rs1 = static_cast<std::uint8_t>(rs1);
        insn.rs2 = static_cast<std::uint8_t>(rs2);
        insn.imm = imm;
        words_.push_back(guest::riscv::encode(insn));
        return *this;
    }
    // Always two instructions.
    TestGuest& li(unsigned rd, std::int32_t value) {
        const auto upper =
            static_cast<std::int32_t>((static_cast<std::uint32_t>(value) + 0x800) & 0xffff'f000);
        return op(Opcode::lui, rd, 0, 0, upper).op(Opcode::addiw, rd, rd, 0, value - upper);
    }
    TestGuest& la(unsigned rd, std::uint64_t address) { return li(rd, static_cast<std::int32_t>(address)); }
    TestGuest& branch(Opcode opcode, unsigned rs1, unsigned rs2, std::uint64_t target) {
        return op(opcode, 0, rs1, rs2, distance_to(target));
    }
    TestGuest& jump(std::uint64_t target) { return op(Opcode::jal, kZero, 0, 0, distance_to(target)); }
    TestGuest& spin() { return jump(here()); }
    // Arguments are in a0 to a5.
    TestGuest& call(std::int32_t number) { return li(kA7, number).op(Opcode::ecall); }
    TestGuest& exit(std::int32_t code) { return li(kA0, code).call(94); }
    // kHandler is to handle the signal.
    TestGuest& handle(std::int32_t signal) {
        la(kT0, kData).la(kT1, kHandler).op(Opcode::sd, 0, kT0, kT1, 0);
        return li(kA0, signal).la(kA1, kData).li(kA2, 0).li(kA3, 8).call(134);
    }
    // To itself.
    TestGuest& raise(std::int32_t signal) {
        return call(178).li(kA1, signal).call(130);  // gettid, tkill
    }
    // For ever, in the kernel: ppoll of nothing.
    TestGuest& wait() { return li(kA0, 0).li(kA1, 0).li(kA2, 0).li(kA3, 0).call(73); }
    // Another thread begins behind this with a0 = 0, on a stack of its own; to this one it is the number.
    TestGuest& clone() { return li(kA0, 0x5'0f00).op(Opcode::addi, kA1, kSp, 0, -1024).call(220); }

    // Where it comes to lie is not known here.
    TestGuest& position_independent() {
        type_ = 3;
        return *this;
    }

    TestElf file() const {
        return TestElf(type_, kEntry,
                       {{.flags = 7, .address = 0x1'0000, .file_size = 0x2000, .memory_size = 0x2000}},
                       words_);
    }

  private:
    std::int32_t distance_to(std::uint64_t target) const {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(target - here()));
    }

    std::uint16_t type_ = 2;
    std::vector<std::uint32_t> words_;
};

// Starts the process and runs it on a thread of its own, whose signals are the program's.
class GuestOnThread {
  public:
    // Both are called on that thread: before the process runs, and behind.
    GuestOnThread(const TestGuest& guest, std::function<void(Process&)> begin,
                  std::function<void(const Outcome&)> end = {})
        : file_(guest.file()),
          host_([this, begin = std::move(begin), end = std::move(end)] {
              const auto process = Process::start({.path = file_.path(), .arguments = {"p"}}).value();
              begin(*process);
              begun_.set_value(process.get());
              const Outcome outcome = process->run({.max_instructions = kLimit});
              if (end) {
                  end(outcome);
              }
              ended_.set_value(outcome);
              over_.get_future().wait();
          }),
          process_(begun_.get_future().get()),
          outcome_(ended_.get_future().share()) {}
    ~GuestOnThread() {
        process_->kill();
        outcome_.wait();
        over_.set_value();
        host_.join();
    }
    GuestOnThread(const GuestOnThread&) = delete;
    GuestOnThread& operator=(const GuestOnThread&) = delete;

    Process& process() { return *process_; }
    // When it has ended.
    Outcome outcome() { return outcome_.get(); }

  private:
    // Where a test that went wrong ends instead of spinning for ever.
    static constexpr std::uint64_t kLimit = 4'000'000'000;

    TestElf file_;
    std::promise<Process*> begun_;
    std::promise<Outcome> ended_;
    std::promise<void> over_;
    std::thread host_;
    Process* process_;
    std::shared_future<Outcome> outcome_;
};

}  // namespace vm::user::testing
