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

#include "vm/guest/riscv/test_program.h"
#include "vm/user/process.h"
#include "vm/user/test_elf.h"

namespace vm::user::testing {

using guest::riscv::testing::kA0;
using guest::riscv::testing::kA1;
using guest::riscv::testing::kA2;
using guest::riscv::testing::kA3;
using guest::riscv::testing::kA4;
using guest::riscv::testing::kA5;
using guest::riscv::testing::kA7;
using guest::riscv::testing::kRa;
using guest::riscv::testing::kS0;
using guest::riscv::testing::kS1;
using guest::riscv::testing::kSp;
using guest::riscv::testing::kT0;
using guest::riscv::testing::kT1;
using guest::riscv::testing::kT2;
using guest::riscv::testing::kZero;

// A program of one page.
class TestGuest : public guest::riscv::testing::TestProgram<TestGuest> {
  public:
    static constexpr std::uint64_t kEntry = 0x1'1000;
    static constexpr std::uint64_t kHandler = kEntry + 0x400;
    static constexpr std::uint64_t kOther = kEntry + 0x800;
    static constexpr std::uint64_t kData = 0x1'0800;  // 2 KiB that can be written, as all of it

    TestGuest() : TestProgram(kEntry, mem::kPageSize) {}

    TestGuest& la(unsigned rd, std::uint64_t address) { return li(rd, static_cast<std::int64_t>(address)); }
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
    // Waits for any child, whose status is then at kData.
    TestGuest& wait_for_child() {
        return li(kA0, -1).la(kA1, kData).li(kA2, 0).li(kA3, 0).call(260);  // wait4
    }
    // Ends with the exit code of the child that was waited for.
    TestGuest& exit_as_the_child() { return la(kT0, kData).op(Opcode::lbu, kA0, kT0, 0, 1).call(94); }
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
                       words());
    }

  private:
    std::uint16_t type_ = 2;
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
