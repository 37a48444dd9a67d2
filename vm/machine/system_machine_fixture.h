#pragma once

// For tests: a machine that runs a kernel or firmware of a few instructions, and what comes out of it.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "vm/machine/system_machine.h"
#include "vm/machine/test_kernel.h"

namespace vm::machine::testing {

// Where a test that went wrong ends instead of spinning for ever.
inline constexpr std::uint64_t kLimit = 4'000'000'000;
inline constexpr std::uint32_t kTimerBit = 1 << 5;     // STIP and STIE
inline constexpr std::uint32_t kSoftwareBit = 1 << 1;  // SSIP and SSIE
inline constexpr std::uint32_t kEnable = 1 << 1;       // sstatus.SIE
inline constexpr std::int32_t kSoon = 1000;            // ticks: 100 us

inline SystemOptions system_options(unsigned harts = 1) {
    return {.harts = harts,
            .memory = std::uint64_t{4} << 20,
            .kernel = {},
            .firmware = {},
            .initrd = {},
            .bootargs = {},
            .device_tree = {},
            .device_tree_name = {}};
}

class SystemMachineTest : public ::testing::Test {
  protected:
    void make(const SystemOptions& system) {
        machine_ = SystemMachine::create(system, surroundings()).value();
    }
    void make(const TestKernel& kernel, unsigned harts = 1) {
        SystemOptions system = system_options(harts);
        system.kernel = kernel.image();
        make(system);
    }
    SystemOutcome run(const TestKernel& kernel, unsigned harts = 1) {
        make(kernel, harts);
        return machine_->run(kLimit);
    }
    // Machine mode, without the firmware interface.
    SystemOutcome run_firmware(const TestKernel& firmware) {
        SystemOptions system = system_options();
        system.firmware = firmware.image();
        make(system);
        return machine_->run(kLimit);
    }
    void expect_power_off(const SystemOutcome& outcome, const std::string& written) {
        EXPECT_EQ(outcome.end, SystemEnd::powered_off) << outcome.message;
        EXPECT_EQ(written_, written);
    }
    void wait_until_written() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return not written_.empty(); });
    }

    std::unique_ptr<SystemMachine> machine_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string written_;  // guarded while the machine runs
    std::string typed_;    // what the console takes when it has room

  private:
    Surroundings surroundings() {
        return {.ticks =
                    [start = std::chrono::steady_clock::now()] {
                        return static_cast<std::uint64_t>((std::chrono::steady_clock::now() - start) /
                                                          std::chrono::nanoseconds(100));
                    },
                .wall_clock = [] { return std::uint64_t{0}; },
                .random = [](std::span<std::byte>) {},
                .transmit =
                    [this](std::span<const std::byte> bytes) {
                        const std::lock_guard lock(mutex_);
                        written_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                        changed_.notify_all();
                    },
                .room = [this] { typed_.erase(0, machine_->receive(std::as_bytes(std::span(typed_)))); }};
    }
};

// Ends the machine without a word, where a test's guest saw something else than it should.
inline void fail_at_handler(TestKernel& kernel) { kernel.at(TestKernel::kHandler).power_off().spin(); }

}  // namespace vm::machine::testing
